// All marks this page knows: those it was built with, and those kept on this device.
// Every mark is kept under a key of its own, so that two tabs never write over each other.
const store = (() => {
  const KEPT = `railwright-marks/${data.cluster}/`;
  const NAME = 'railwright-name';
  const EXPORTED = `railwright-exported/${data.cluster}`;
  const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';

  const byId = new Map();
  const byCable = new Map();
  const built = new Set(data.embedded.map((one) => one.id));
  const listeners = new Set();
  // Random for every opening of the page: no two devices or tabs make the same ids.
  const device = [...crypto.getRandomValues(new Uint8Array(8))]
    .map((one) => LETTERS[one % LETTERS.length]).join('');
  let made = 0;
  let kept = true;
  let handed = {at: '', ids: new Set()};
  let name = '';

  // What is known after one more mark: of one the page was built with, the page's word counts.
  function joined(known, one) {
    const same = built.has(one.id) ? {...known, after: one.after} : one;
    return marks.merge([known], [same])[0];
  }

  // Takes a mark in; returns whether that told anything new.
  function learn(one) {
    const known = byId.get(one.id);
    const mark = known ? joined(known, one) : one;
    if (known && JSON.stringify(known) === JSON.stringify(mark)) return false;
    byId.set(mark.id, mark);
    const others = (byCable.get(mark.cable) || []).filter(({id}) => id !== mark.id);
    byCable.set(mark.cable, [...others, mark]);
    return true;
  }

  // The browser may refuse to keep anything (private mode, some ways of opening a file) or be full.
  function attempt(work) {
    try {
      work(window.localStorage);
      return true;
    } catch {
      return false;
    }
  }

  function parsed(text) {
    try {
      const one = JSON.parse(text);
      return marks.fault(one) === null ? marks.copy(one) : null;
    } catch {
      return null;
    }
  }

  function handedBefore(text) {
    const [at = '', ...ids] = (text || '').split(' ');
    return {at, ids: new Set(ids)};
  }

  function load() {
    data.embedded.forEach(learn);
    kept = attempt((storage) => {
      storage.setItem(`${NAME}-probe`, '1');
      storage.removeItem(`${NAME}-probe`);
      name = marks.cleaned(storage.getItem(NAME) || '', marks.NAME_CHARS);
      handed = handedBefore(storage.getItem(EXPORTED));
      for (let at = 0; at < storage.length; at += 1) {
        const key = storage.key(at);
        const one = key.startsWith(KEPT) ? parsed(storage.getItem(key)) : null;
        if (one) learn(one);
      }
    });
  }

  const keep = (all) => attempt((storage) => {
    for (const one of all) storage.setItem(KEPT + one.id, JSON.stringify(one));
  });

  // Learns marks and keeps them; returns how many were not known before.
  function add(all) {
    const before = byId.size;
    const told = marks.merge(all).filter(learn);
    if (told.length) {
      kept = keep(told.map(({id}) => byId.get(id))) && kept;
      listeners.forEach((tell) => tell(new Set(told.map((one) => one.cable))));
    }
    return byId.size - before;
  }

  const of = (cable, what) => (byCable.get(cable) || []).filter((one) => one.what === what);

  // Says something about a cable and returns the mark.
  function say(cable, what, value, note, at) {
    made += 1;
    const id = `${device}-${made}`;
    const mark = marks.next(
      {id, cable: cable.id, check: cable.check, what, value, by: name, at, note},
      of(cable.id, what),
    );
    add([mark]);
    return mark;
  }

  // What is handed in: everything but what the page was built with.
  const handedIn = () => marks.merge([...byId.values()].filter((one) => !built.has(one.id)));

  function setName(text) {
    name = marks.cleaned(text, marks.NAME_CHARS);
    attempt((storage) => storage.setItem(NAME, name));
    return name;
  }

  // Remembers that all marks known now were handed in.
  function setExported(at) {
    handed = {at, ids: new Set(handedIn().map((one) => one.id))};
    attempt((storage) => storage.setItem(EXPORTED, [at, ...handed.ids].join(' ')));
    listeners.forEach((tell) => tell(new Set()));
  }

  const sinceExport = () => handedIn().filter((one) => !handed.ids.has(one.id)).length;

  load();
  window.addEventListener('storage', (event) => {
    const one = event.key && event.key.startsWith(KEPT) && event.newValue && parsed(event.newValue);
    if (one && learn(one)) listeners.forEach((tell) => tell(new Set([one.cable])));
  });

  return Object.freeze({
    add, of, say, handedIn, setName, setExported, sinceExport,
    all: (cable) => byCable.get(cable) || [],
    cables: () => byCable.keys(),
    listen: (tell) => listeners.add(tell),
    get kept() { return kept; },
    get name() { return name; },
    get exported() { return handed.at; },
  });
})();
