// Finding cables, devices and racks by what people type or scan.
const search = (() => {
  const UNIT = /^(.+?)[-\s]*(?:u|[-\s])\s*0*(\d{1,2})$/;

  const BETWEEN = new Set(['/', '+']); // what stands between the names of ends on a label

  // Texts as they are compared. Chinese keyboards type letters and signs at full width: ＡＢ：／
  const folded = (text) => text.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim();

  const tokensOf = (text) => folded(text).split(' ').filter((token) => !BETWEEN.has(token));

  function wordsOfPlug({device, ports, cage, socket, label}) {
    const words = [device.name, ports, cage, socket, ...tokensOf(label)];
    if (device.rack) {
      words.push(device.rack.name);
      if (device.topU) words.push(`${device.rack.name}-${device.topU}`, `u${device.topU}`);
    }
    return ` ${folded(words.join(' '))} `;
  }

  // What is looked through: the words of each end with a space at both sides, and all of a cable.
  function entryOf(cable) {
    const ends = cable.plugs.map(wordsOfPlug);
    const own = [
      cable.id, ...cable.id.split(':'), cable.wave, cable.bundle, cable.part, cable.medium,
      ...cable.trays, cable.colour, data.colourOf(cable), cable.network, data.words[cable.network],
      cable.chip.letters,
    ];
    return {ends, all: `${ends.join('')} ${folded(own.join(' '))} `};
  }

  function namesOf() {
    const ids = new Map();
    const labels = new Map();
    for (const cable of data.cables) {
      ids.set(folded(cable.id), cable);
      for (const {label} of cable.plugs) labels.set(folded(label), cable);
    }
    return {ids, labels};
  }

  let index = null;
  let names = null;
  const entries = () => (index ??= data.cables.map(entryOf));

  // The one cable a text names beyond doubt: its id, or the whole label of one of its ends.
  function exact(text) {
    const wanted = folded(text);
    names ??= namesOf();
    return names.ids.get(wanted) || names.labels.get(wanted) || null;
  }

  // A token as it is looked for: anywhere, where a word begins, as a whole word.
  const forms = (token) => ({within: token, begun: ` ${token}`, whole: ` ${token} `});
  const all = (hay, tokens, form) => tokens.every((token) => hay.includes(token[form]));

  // How well a cable fits, 0 best: all words at one end, all words, words begun, letters within.
  function rank(entry, tokens) {
    if (!all(entry.all, tokens, 'within')) return null;
    if (entry.ends.some((end) => all(end, tokens, 'whole'))) return 0;
    if (all(entry.all, tokens, 'whole')) return 1;
    if (entry.ends.some((end) => all(end, tokens, 'begun'))) return 2;
    return all(entry.all, tokens, 'begun') ? 3 : 4;
  }

  // The devices that fill a unit of a rack: `A05-47`, `a05 u47`.
  function atUnit(text) {
    const [, name, unit] = UNIT.exec(text) || [];
    const rack = data.racks.find((one) => folded(one.name) === (name || '').trim());
    if (!rack) return [];
    const at = Number(unit);
    return rack.devices.filter(({topU, height}) => topU >= at && at > topU - Math.max(height, 1));
  }

  const named = (things, text) => {
    const found = things.filter((one) => folded(one.name).startsWith(text));
    return found.sort((one, other) => one.name.length - other.name.length ||
      data.natural.compare(one.name, other.name));
  };

  // The cables among `pool` that fit, best first, and the devices and racks of that name.
  // Whole words shut out fragments: who asks for port 3/1 does not want 13/1.
  function find(text, pool) {
    const wanted = folded(text);
    if (wanted === '') return {cables: pool, devices: [], racks: []};
    const units = atUnit(wanted);
    const devices = units.length ? units : named(data.devices, wanted);
    const racks = named(data.racks, wanted);
    if (units.length) {
      const there = new Set(units.flatMap((device) => device.plugs.map(({cable}) => cable)));
      return {cables: pool.filter((cable) => there.has(cable)), devices, racks};
    }
    const cables = ranked(wanted, pool);
    return {cables, devices, racks};
  }

  function ranked(wanted, pool) {
    const tokens = tokensOf(wanted).map(forms);
    const byRank = [[], [], [], [], []];
    for (const cable of pool) {
      const at = rank(entries()[cable.index], tokens);
      if (at !== null) byRank[at].push(cable);
    }
    return byRank.slice(0, 2).find((found) => found.length) || byRank.flat();
  }

  return Object.freeze({exact, find, prepare: entries});
})();
