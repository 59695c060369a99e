// What people do to cables: each action makes marks, says so, and can be taken back by new marks.
const actions = (() => {
  const now = () => `${new Date().toISOString().slice(0, 19)}Z`;
  const live = h('p', {id: 'said', role: 'status', 'aria-live': 'polite'});
  const undoing = h('button', {type: 'button', class: 'undo', hidden: true}, t('undo'));
  const toast = h('div', {class: 'toast', hidden: true}, live, undoing);
  const SHOWN_MS = 8000;
  let back = null;
  let timer = 0;

  // It must not lie over what people want to press next, nor go while somebody reaches for it.
  function fade() {
    clearTimeout(timer);
    timer = setTimeout(() => (toast.matches(':hover, :focus-within') ? fade() : hush()), SHOWN_MS);
  }

  // Says something to everybody; `undo` is what takes it back.
  function say(text, undo = null) {
    toast.hidden = false;
    live.textContent = text;
    back = undo;
    undoing.hidden = undo === null;
    fade();
  }

  function hush() {
    toast.hidden = true;
    live.textContent = '';
    back = null;
  }

  undoing.addEventListener('click', () => {
    const undo = back;
    hush();
    if (undo) undo();
    say(t('undone'));
  });

  const value = (cable, what) => {
    const {mark} = state.of(cable).of[what];
    return mark ? mark.value : null;
  };

  // What taking back writes: what was said before, and why it is said again.
  const before = (cable, what) => {
    const {mark} = state.of(cable).of[what];
    const reason = marks.REASONED.includes(what) ? t('undone') : '';
    return mark ? {cable, what, value: mark.value, note: mark.note}
      : {cable, what, value: state.asPlanned(cable, what), note: reason};
  };

  const write = (all) => {
    const at = now();
    for (const {cable, what, value: said, note} of all) store.say(cable, what, said, note, at);
  };

  const kept = () => t(store.kept ? 'kept' : 'kept_not');

  // Makes marks, {cable, what, value, note} each, once it is known who says so.
  async function mark(all, text) {
    const by = await person.ask();
    if (by === '' || all.length === 0) return false;
    // What people disagreed about has no state to go back to: a decision is not taken back unseen.
    const decided = all.some((one) => state.undecided(one.cable, one.what));
    const earlier = all.map((one) => before(one.cable, one.what)).reverse();
    write(all);
    say(`${text} ${kept()}`, decided ? null : () => write(earlier));
    return true;
  }

  // Leads to what a person has to decide before a step of a cable can be ticked.
  function ask(cable, what) {
    const hash = `#/cable/${encodeURIComponent(cable.id)}`;
    const point = () => {
      document.getElementById('decide-title')?.focus();
      say(t('decide_first', {cable: cable.id, step: t(what)}));
    };
    if ([hash, `#/cable/${cable.id}`].includes(window.location.hash)) point();
    else {
      // The card is opened first, which ends what was said before.
      window.addEventListener('hashchange', point, {once: true});
      window.location.hash = hash;
    }
    return Promise.resolve(false);
  }

  // Ticks a step off, and with it those before it; or takes it back, and those after it. What a
  // person has to decide first is decided by no tick.
  function tick(cable, what, done) {
    if (state.undecided(cable, what)) return ask(cable, what);
    const at = marks.STEPS.indexOf(what);
    const others = done ? marks.STEPS.slice(0, at + 1) : marks.STEPS.slice(at);
    const left = others.filter((step) => state.undecided(cable, step));
    const changed = others.filter((step) => step === what ||
      (!left.includes(step) && (value(cable, step) ?? false) !== done));
    const all = changed.map((step) => ({cable, what: step, value: done, note: ''}));
    const names = changed.map((step) => t(done ? step : `not_${step}`)).join(', ');
    const said = t('said_done', {cable: cable.id, steps: names});
    if (!left.length) return mark(all, said);
    const open = t('decide_first', {cable: cable.id, step: left.map((step) => t(step)).join(', ')});
    return mark(all, `${said} ${open}`);
  }

  return Object.freeze({mark, tick, say, hush, now, toast});
})();
