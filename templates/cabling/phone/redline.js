// Redlines: where the upper end of a cable really is, how long it really is, and remarks.
const redline = (() => {
  const field = (id, label, control, hint) => h('div', {class: 'field'},
    h('label', {for: id}, label), control, hint ? h('p', {id: `${id}-hint`, class: 'quiet'}, hint) : null);

  function portChoice(cable, {port, cage}, there) {
    const others = (there.get(port) || []).filter((one) => one.portAt !== cable.id);
    const reserved = cable.upper.device.empty.some(({kind, ports}) => (
      kind === 'reserved' && data.wordsOf(ports).includes(port)));
    const free = t(reserved ? 'reserved' : 'spare');
    const taken = others.length ? others.map(({id}) => id).join(', ') : free;
    return h('option', {value: port}, [port, cage, taken].filter(Boolean).join(' · '));
  }

  // The ports a cable's upper end may be in: the one that rules give it first, which takes a redline
  // back, then those of the device.
  function portField(cable) {
    const {device} = cable.upper;
    const planned = cable.byRule.port;
    const there = state.occupants(device);
    const choices = data.portsOf(device).filter(({port}) => port !== planned);
    return h('select', {id: 'as-port', key: 'as-port'},
      h('option', {value: ''}, t('as_planned', {port: planned})),
      choices.map((one) => portChoice(cable, one, there)));
  }

  // The cable that is in a port now and can be the other half of a swap.
  function partner(cable, port) {
    const there = state.occupants(cable.upper.device).get(port) || [];
    const others = new Set(there.map((one) => one.portAt).filter((id) => id !== cable.id));
    const [id] = others;
    return others.size === 1 && data.cable.get(id) || null;
  }

  const portMark = (cable, port, note) => (
    {cable, what: 'port', value: state.portValue(cable, port), note});

  const chosen = (cable, port) => (port === '' ? cable.byRule.port : port);

  // The marks that a change of port makes: one, or two when another cable took this one's place.
  function portMarks(cable, port, swapped, note) {
    const now = state.portOf(cable);
    const to = chosen(cable, port);
    if (to === now) return [];
    const other = swapped ? partner(cable, to) : null;
    const own = portMark(cable, to, note);
    return other ? [own, portMark(other, now, note)] : [own];
  }

  // What the field of the length says before anybody types: nothing where rules alone give it.
  const lengthText = (cable) => String(state.lengthValue(cable, state.lengthOf(cable)) ?? '');

  function lengthMarks(cable, text, note) {
    if (text === lengthText(cable)) return [];
    const length = text === '' ? cable.byRule.length : marks.metres(Number(text));
    if (length === state.lengthOf(cable)) return [];
    return [{cable, what: 'length_m', value: state.lengthValue(cable, length), note}];
  }

  const lengthInput = (cable) => h('input', {
    id: 'as-length', key: 'as-length', type: 'number', inputmode: 'decimal', min: '0.01',
    max: marks.LONGEST_M, step: '0.01', value: lengthText(cable),
    placeholder: String(cable.byRule.length), 'aria-describedby': 'as-length-hint',
  });

  function swapBox(cable, ports) {
    const box = h('input', {type: 'checkbox', id: 'as-swap', key: 'as-swap'});
    box.checked = true;
    const label = h('label', {for: 'as-swap'});
    const whole = h('div', {class: 'choice', hidden: true}, box, label);
    const update = () => {
      const to = chosen(cable, ports.value);
      const other = to === state.portOf(cable) ? null : partner(cable, to);
      whole.hidden = other === null;
      label.textContent = other ? t('swapped_with', {cable: other.id, port: state.portOf(cable)}) : '';
    };
    ports.addEventListener('change', update);
    return {whole, box, update};
  }

  // Why the port cannot be said here, or at which cable it can.
  function elsewhere({id, portAt}) {
    if (portAt === null || portAt === id) return h('p', {class: 'quiet'}, t('no_port'));
    return h('p', {class: 'quiet'}, t('port_at'), ' ',
      h('a', {href: `#/cable/${encodeURIComponent(portAt)}`}, portAt));
  }

  function form(cable) {
    const movable = cable.portAt === cable.id && cable.upper.device.plate.length > 0;
    const ports = movable ? portField(cable) : null;
    if (ports) ports.value = state.portValue(cable, state.portOf(cable)) ?? '';
    const swap = ports ? swapBox(cable, ports) : null;
    const length = lengthInput(cable);
    const reason = h('input', {
      id: 'as-reason', key: 'as-reason', required: true, maxlength: marks.NOTE_CHARS,
      'aria-describedby': 'as-reason-hint',
    });
    const problem = h('p', {class: 'problem', role: 'alert'});

    async function save(event) {
      event.preventDefault();
      const note = marks.cleaned(reason.value, marks.NOTE_CHARS);
      reason.setAttribute('aria-invalid', String(note === ''));
      problem.textContent = note === '' ? t('reason_missing') : '';
      if (note === '') {
        reason.focus();
        return;
      }
      if (length.value !== '' && !marks.isLength(Number(length.value))) {
        problem.textContent = t('length_wrong', {most: marks.LONGEST_M});
        length.focus();
        return;
      }
      const all = [
        ...(ports ? portMarks(cable, ports.value, swap.box.checked, note) : []),
        ...lengthMarks(cable, length.value, note),
      ];
      if (!all.length) {
        problem.textContent = t('nothing_changed');
        return;
      }
      // Who does not say who they are keeps what they typed.
      if ((await person.ask()) === '') return;
      reason.value = '';
      actions.mark(all, t('said_redline', {cables: all.map((one) => one.cable.id).join(', ')}));
    }

    const made = h('form', {class: 'redline', on: {submit: save}, novalidate: true},
      ports ? field('as-port', t('as_built_port'), ports) : elsewhere(cable),
      swap ? swap.whole : null,
      field('as-length', t('as_built_length'), length,
        t('length_hint', {length: cable.byRule.length})),
      field('as-reason', t('reason'), reason, t('reason_hint')),
      problem, h('button', {type: 'submit', class: 'wide'}, t('save_redline')));
    if (swap) swap.update();
    return made;
  }

  function remarkForm(cable) {
    const text = h('input', {
      id: 'remark', key: 'remark', maxlength: marks.NOTE_CHARS, value: state.of(cable).remark ?? '',
    });
    const save = (event) => {
      event.preventDefault();
      const value = marks.cleaned(text.value, marks.NOTE_CHARS) || null;
      actions.mark([{cable, what: 'remark', value, note: ''}], t('said_remark', {cable: cable.id}));
    };
    return h('form', {class: 'redline', on: {submit: save}}, field('remark', t('remark'), text),
      h('button', {type: 'submit', class: 'wide'}, t('save')));
  }

  const view = (cable) => h('section', {'aria-labelledby': 'redline-title'},
    h('h3', {id: 'redline-title'}, t('as_built')),
    h('details', {key: 'redline'}, h('summary', {}, t('redline_open')), form(cable)),
    h('details', {key: 'remark-box'}, h('summary', {}, t('remark_open')), remarkForm(cable)));

  return Object.freeze({view});
})();
