// What only a person can decide: marks that disagree, marks made for another version of a cable,
// two cables in one port.
const conflicts = (() => {
  const shown = (what, value) => card.said({what, value});

  // Marks decide with a reason where a redline needs one.
  function decide(cable, what, mark, value, reasonOf) {
    const note = reasonOf ? marks.cleaned(reasonOf.value, marks.NOTE_CHARS) : mark.note;
    if (reasonOf && note === '') {
      reasonOf.setAttribute('aria-invalid', 'true');
      reasonOf.focus();
      return;
    }
    actions.mark([{cable, what, value, note}], t('said_decided', {cable: cable.id}));
  }

  function reasonField(id) {
    const input = h('input', {id, key: id, required: true, maxlength: marks.NOTE_CHARS});
    return {input, whole: h('div', {class: 'field'}, h('label', {for: id}, t('reason')), input)};
  }

  function block(cable, what, title, heads, buttons) {
    const id = `reason-${what}-${cable.id}`;
    const reason = marks.REASONED.includes(what) ? reasonField(id) : null;
    return h('div', {class: 'decision'}, h('p', {}, title),
      h('ul', {class: 'said'}, heads.map((mark) => h('li', {}, card.spoken(mark)))),
      reason ? reason.whole : null,
      h('div', {class: 'buttons'}, buttons(reason ? reason.input : null)));
  }

  const button = (text, key, click) => h('button', {type: 'button', key, on: {click}}, text);

  function ofConflict(cable, what, {heads}) {
    const values = new Map(heads.map((mark) => [JSON.stringify(mark.value), mark]));
    return block(cable, what, t('conflict_what', {what: t(`what_${what}`)}), heads,
      (reason) => [...values].map(([key, mark]) => button(
        t('decide_for', {value: shown(what, mark.value)}), `decide:${cable.id}:${what}:${key}`,
        () => decide(cable, what, mark, mark.value, reason))));
  }

  function ofStale(cable, what, {stale}) {
    const mark = marks.latest(stale);
    return block(cable, what, t('stale_what', {what: t(`what_${what}`)}), stale, (reason) => [
      button(t('stale_holds', {value: shown(what, mark.value)}), `holds:${cable.id}:${what}`,
        () => decide(cable, what, mark, mark.value, reason)),
      button(t('stale_gone'), `gone:${cable.id}:${what}`,
        () => decide(cable, what, {note: ''}, state.asPlanned(cable, what), reason)),
    ]);
  }

  // The decisions that one cable needs.
  function of(cable) {
    const {of: all, conflicts: wrong, stale} = state.of(cable);
    return [
      wrong.map((what) => ofConflict(cable, what, all[what])),
      stale.map((what) => ofStale(cable, what, all[what])),
    ];
  }

  const link = (cable) => h('a', {href: `#/cable/${encodeURIComponent(cable.id)}`, class: 'id'}, cable.id);

  const item = (cable, nodes) => h('li', {class: 'open'}, h('h4', {}, link(cable)), nodes);

  function part(title, why, items) {
    return [h('h3', {}, `${title} (${items.length})`), h('p', {class: 'quiet'}, why),
      items.length ? h('ul', {class: 'plain'}, items) : h('p', {}, t('nothing_here'))];
  }

  const clash = ({device, port, cables}) => h('li', {class: 'open'},
    h('h4', {}, `${device.name} ${port}`), h('p', {}, t('clash_is')),
    h('ul', {class: 'plain'}, cables.map((cable) => h('li', {}, link(cable)))));

  function strangers() {
    const others = [...store.cables()].filter((id) => !data.cable.has(id)).length;
    return others ? h('p', {class: 'quiet'}, t('strangers', {n: others})) : null;
  }

  function view() {
    const wrong = state.conflicts().map(({cable, what, state: one}) => (
      item(cable, ofConflict(cable, what, one))));
    const stale = state.stale().map(({cable, what, state: one}) => (
      item(cable, ofStale(cable, what, one))));
    return h('article', {'aria-labelledby': 'detail-title'},
      h('h2', {id: 'detail-title', tabindex: '-1'}, t('conflicts')),
      part(t('conflicts_marks'), t('conflicts_why'), wrong),
      part(t('conflicts_stale'), t('stale_why'), stale),
      part(t('conflicts_ports'), t('clash_why'), state.clashes().map(clash)),
      strangers());
  }

  const count = () => state.conflicts().length + state.stale().length + state.clashes().length;

  return Object.freeze({view, of, count});
})();
