// The card of one cable: both ends, what it is, what was done, and what lies beside it.
const card = (() => {
  const BESIDE = 2;

  const row = (key, value) => (value === '' || value === null ? null
    : h('div', {class: 'pair'}, h('dt', {}, t(key)), h('dd', {}, value)));

  const deviceLink = ({device}) => h('a', {href: `#/device/${encodeURIComponent(device.name)}`},
    device.name);

  function rackLink({device}) {
    if (!device.rack) return null;
    return h('a', {class: 'at', href: `#/rack/${encodeURIComponent(device.rack.name)}`},
      h('span', {}, device.rack.name), device.topU ? h('span', {class: 'unit'}, `U${device.topU}`) : null);
  }

  const module = ({module: sku, adapter}) => [sku, adapter].filter(Boolean).join(' + ');

  function endOf(cable, plug, key) {
    const moved = plug === cable.upper ? state.moved(cable) : null;
    return h('section', {class: 'end', 'aria-label': t(key)},
      h('h3', {}, t(key)),
      h('p', {class: 'where'}, rackLink(plug), deviceLink(plug)),
      h('p', {class: 'big'}, plug.socket === '' ? plug.ports : plug.socket),
      moved === null ? null : h('p', {class: 'moved'}, t('moved_to', {port: moved})),
      plug.waits ? h('p', {class: 'bad'}, t('waits')) : null,
      h('p', {class: `printed ${data.chipOf(cable)}`}, h('span', {class: 'hidden'}, `${t('label')}: `),
        plug.label),
      h('dl', {}, row('port', plug.ports), row('connector', plug.connector),
        row('module', module(plug))));
  }

  // The sockets just before and after one, in the order of the device's cages.
  function neighbours(plug) {
    const all = data.plateOf(plug.device).flatMap(({sockets}) => sockets);
    const at = all.findIndex((one) => one.plug === plug);
    return all.slice(Math.max(at - BESIDE, 0), at + BESIDE + 1);
  }

  function beside(plug) {
    const all = neighbours(plug);
    if (all.length < 2) return null;
    return h('div', {class: 'beside'}, h('h4', {}, deviceLink(plug)),
      h('ul', {class: 'sockets'}, all.map((one) => h('li', {}, plate.socket(one, one.plug === plug)))));
  }

  function route(cable) {
    if (cable.trays.length) return cable.trays.join(' → ');
    return cable.computed === null ? t('route_unknown') : t('route_none');
  }

  const lengths = (cable) => (cable.computed === null ? t('metres', {n: cable.length})
    : t('metres_computed', {n: cable.length, computed: cable.computed}));

  function facts(cable) {
    const {length} = state.of(cable);
    return h('dl', {class: 'facts'},
      row('length_ordered', lengths(cable)),
      length === null ? null : row('length_built', t('metres', {n: length})),
      row('description', cable.description), row('part', cable.part), row('medium', cable.medium),
      row('route', route(cable)), row('bundle', cable.bundle), row('wave', cable.wave),
      row('network', t(cable.network)),
      cable.chip.meaning === 'means_rail' ? row('rail', String(cable.rail)) : null,
      cable.plane === null ? null : row('plane', String(cable.plane)),
      row('colour', data.colourOf(cable)), row('check', cable.check));
  }

  function tickButton(cable, step) {
    const {mark} = state.of(cable).of[step];
    const done = Boolean(mark && mark.value);
    return h('button', {
      type: 'button', class: 'tick', key: `tick:${step}`, 'aria-pressed': String(done),
      on: {click: () => actions.tick(cable, step, !done)},
    }, sign(done ? step : 'planned'), t(step));
  }

  // What somebody said, in words.
  function said({what, value}) {
    if (marks.STEPS.includes(what)) {
      return t(value ? what : `not_${what}`);
    }
    if (value === null) return t('said_back', {what: t(`what_${what}`)});
    const shown = what === 'length_m' ? t('metres', {n: value}) : value;
    return t('said_value', {what: t(`what_${what}`), value: shown});
  }

  const by = (mark) => t('by_at', {by: mark.by, at: when(mark.at)});

  const HOUR_MS = 60 * 60 * 1000;
  const ahead = (mark) => Date.parse(mark.at) > Date.now() + HOUR_MS;

  const spoken = (mark) => [h('b', {}, said(mark)), ` ${by(mark)}`,
    ahead(mark) ? h('span', {class: 'problem'}, ` ! ${t('clock_ahead')}`) : null,
    mark.note === '' ? null : h('span', {class: 'note'}, ` ${t('note', {note: mark.note})}`)];

  function done(cable) {
    const now = marks.WHATS.map((what) => state.of(cable).of[what].mark)
      .filter((mark) => mark && mark.value !== false && mark.value !== null);
    if (!now.length) return h('p', {class: 'quiet'}, t('nothing_said'));
    return h('ul', {class: 'said'}, now.map((mark) => h('li', {}, spoken(mark))));
  }

  // The result of a test, once it was made.
  function resultForm(cable) {
    const {mark} = state.of(cable).of.tested;
    if (!mark || !mark.value) return null;
    const field = h('input', {id: 'result', key: 'result', maxlength: marks.NOTE_CHARS, value: mark.note});
    const save = (event) => {
      event.preventDefault();
      const note = marks.cleaned(field.value, marks.NOTE_CHARS);
      actions.mark([{cable, what: 'tested', value: true, note}], t('said_result', {cable: cable.id}));
    };
    return h('form', {class: 'inline', on: {submit: save}},
      h('label', {for: 'result'}, t('result')), field, h('button', {type: 'submit'}, t('save')));
  }

  function history(cable) {
    const all = [...store.all(cable.id)].sort((one, other) => (one.at < other.at ? 1 : -1));
    if (!all.length) return null;
    const open = new Set(marks.WHATS.flatMap((what) => (
      marks.heads(store.of(cable.id, what)).map(({id}) => id))));
    return h('details', {key: 'history'}, h('summary', {}, t('history', {n: all.length})),
      h('ul', {class: 'said'}, all.map((mark) => h('li', {class: open.has(mark.id) ? null : 'old'},
        spoken(mark), open.has(mark.id) ? null : h('span', {class: 'quiet'}, ` ${t('replaced')}`)))));
  }

  function decisions(cable) {
    const {conflicts: wrong, stale} = state.of(cable);
    if (!wrong.length && !stale.length) return null;
    return h('section', {class: 'alert', 'aria-labelledby': 'decide-title'},
      h('h3', {id: 'decide-title', tabindex: '-1'}, t('decide')), conflicts.of(cable));
  }

  function head(cable) {
    return h('header', {class: 'card-head'},
      h('h2', {id: 'detail-title', class: 'id', tabindex: '-1'}, cable.id),
      h('p', {class: 'line'}, list.chip(cable), list.status(cable), list.flags(cable),
        cable.own ? null : h('span', {class: 'flag'}, t('other_volume'))));
  }

  function view(cable) {
    const lower = cable.lower.map((plug) => endOf(cable, plug, 'lower_end'));
    const strips = cable.plugs.map(beside).filter(Boolean);
    return h('article', {class: 'card', 'aria-labelledby': 'detail-title'},
      head(cable), decisions(cable),
      h('div', {class: 'both'}, lower, endOf(cable, cable.upper, 'upper_end')),
      h('div', {class: 'ticks', role: 'group', 'aria-label': t('status')},
        marks.STEPS.map((step) => tickButton(cable, step))),
      h('section', {'aria-labelledby': 'done-title'}, h('h3', {id: 'done-title'}, t('done')),
        done(cable), resultForm(cable), history(cable)),
      h('section', {'aria-labelledby': 'facts-title'}, h('h3', {id: 'facts-title'}, t('facts')),
        facts(cable)),
      strips.length ? h('section', {'aria-labelledby': 'beside-title'},
        h('h3', {id: 'beside-title'}, t('neighbours')), h('p', {class: 'quiet'}, t('neighbours_why')),
        strips) : null,
      redline.view(cable));
  }

  return Object.freeze({view, said, by, spoken});
})();
