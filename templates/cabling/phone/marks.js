// Marks: what somebody said about a cable, and what all that was said comes to. Pure functions.
// A mark = {id, cable, check, what, value, by, at, note, after}; `after` are the ids of the marks
// of the same cable and `what` that it replaces. What makes one sound is the importer's to say.
const marks = (() => {
  const {rules} = raw;
  const STEPS = Object.freeze(rules.steps);
  const WHATS = Object.freeze(rules.whats);
  const REASONED = Object.freeze(rules.reasoned);
  const NAME_CHARS = rules.name_chars;
  const NOTE_CHARS = rules.note_chars;
  const LONGEST_M = rules.longest_m;
  const IS = Object.fromEntries(Object.entries(rules.patterns)
    .map(([name, pattern]) => [name, new RegExp(`^(?:${pattern})$`, 'u')]));
  // Neither controls nor what is unseen; characters newer than this browser are characters.
  const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

  const matches = (name, value) => typeof value === 'string' && IS[name].test(value);

  const isText = (value, most) => typeof value === 'string' && [...value].length <= most &&
    !UNPRINTABLE.test(value);

  // What a person typed, fit to be a name, a note or a remark.
  const cleaned = (text, most) => {
    const plain = text.replace(new RegExp(UNPRINTABLE, 'gu'), ' ').replace(/\s+/g, ' ').trim();
    return [...plain].slice(0, most).join('').trim();
  };

  // To the centimetre, as lengths are kept.
  const metres = (value) => Math.round(value * 100) / 100;
  const isLength = (value) => Number.isFinite(value) && metres(value) > 0 && metres(value) <= LONGEST_M;

  // A time that there is: the 30th of February looks like one.
  function isTime(value) {
    if (!matches('at', value) || value.startsWith('0000')) return false;
    const time = new Date(value);
    return !Number.isNaN(time.getTime()) && time.toISOString().slice(0, 19) === value.slice(0, 19);
  }

  function soundValue(what, value) {
    if (STEPS.includes(what)) return typeof value === 'boolean';
    if (value === null) return true;
    if (what === 'port') return matches('port', value);
    if (what === 'length_m') return isLength(value);
    return isText(value, NOTE_CHARS);
  }

  // The first thing wrong with something that ought to be a mark, null when it is one.
  function fault(one) {
    if (typeof one !== 'object' || one === null) return 'mark';
    if (!matches('id', one.id)) return 'id';
    if (!matches('cable', one.cable)) return 'cable';
    if (!matches('check', one.check)) return 'check';
    if (!WHATS.includes(one.what)) return 'what';
    if (!soundValue(one.what, one.value)) return 'value';
    if (!isText(one.by, NAME_CHARS) || one.by.trim() === '') return 'by';
    if (!isTime(one.at)) return 'at';
    if (!isText(one.note, NOTE_CHARS)) return 'note';
    if (REASONED.includes(one.what) && one.value !== null && one.note.trim() === '') return 'note';
    if (!Array.isArray(one.after) || one.after.length > rules.most_after) return 'after';
    const sound = (id) => matches('id', id) && id !== one.id;
    return one.after.every(sound) ? null : 'after';
  }

  const copy = ({id, cable, check, what, value, by, at, note, after}) => Object.freeze(
    {id, cable, check, what, value, by, at, note, after: Object.freeze([...new Set(after)].sort())},
  );

  const canonical = (one) => JSON.stringify(copy({...one, after: []}));

  // One mark from two with the same id: whoever has seen more knows more that it replaces. Ids are
  // unique; should two marks share one all the same, which is taken does not depend on the order.
  function joined(one, other) {
    const first = canonical(one) <= canonical(other) ? one : other;
    return copy({...first, after: [...one.after, ...other.after]});
  }

  // The union by id, sorted by id.
  function merge(...sets) {
    const found = new Map();
    for (const one of sets.flat()) {
      const known = found.get(one.id);
      found.set(one.id, known ? joined(known, one) : copy(one));
    }
    return [...found.keys()].sort().map((id) => found.get(id));
  }

  // The marks, of one cable and `what`, that no other replaces. Marks that replace one another in
  // a circle, which no page makes, are all kept.
  function heads(all) {
    const replaced = new Set();
    for (const one of all) one.after.forEach((id) => replaced.add(id));
    const left = all.filter((one) => !replaced.has(one.id));
    return left.length ? left : all;
  }

  const later = (one, other) => (one.at === other.at ? one.id > other.id : one.at > other.at);
  const latest = (all) => all.reduce((best, one) => (later(one, best) ? one : best));

  // What the marks of one cable and `what` come to on a page that accepts marks made with these
  // `checks`: `mark` is the one to show, null where nothing holds or people disagree (`conflict`).
  // Marks made for another version of the cable are `stale`: shown, never applied.
  function state(all, checks) {
    if (!all.length) return {mark: null, conflict: false, heads: [], stale: []};
    const open = heads(all);
    const current = open.filter((one) => checks.includes(one.check));
    const stale = open.filter((one) => !checks.includes(one.check));
    const values = new Set(current.map((one) => JSON.stringify(one.value)));
    const mark = values.size === 1 ? latest(current) : null;
    return {mark, conflict: values.size > 1, heads: current, stale};
  }

  // The ids a new mark replaces: everything known of its cable and `what`, transitively.
  const replacing = (all) => [...new Set(all.flatMap((one) => [one.id, ...one.after]))].sort();

  // A new mark that follows all marks known of its cable and `what`.
  const next = (mark, known) => copy({note: '', ...mark, after: replacing(known)});

  // The exchange file as text.
  const written = (cluster, revision, all) => `${JSON.stringify(
    {format: rules.format, version: rules.version, cluster, revision, marks: merge(all).map(copy)}, null, 1,
  )}\n`;

  // The marks in the text of an exchange file, and how many were refused by what was wrong with
  // them. Throws an Error whose message is the key of a phrase when it is no such file.
  function read(text, cluster) {
    let file = null;
    try {
      file = JSON.parse(text);
    } catch {
      throw new Error('import_no_json');
    }
    if (typeof file !== 'object' || file === null || file.format !== rules.format ||
        !Array.isArray(file.marks)) throw new Error('import_no_marks');
    if (file.version !== rules.version) throw new Error('import_version');
    if (file.cluster !== cluster) throw new Error('import_cluster');
    const sound = file.marks.filter((one) => fault(one) === null).map(copy);
    const faults = {};
    for (const one of file.marks) {
      const what = fault(one);
      if (what !== null) faults[what] = (faults[what] || 0) + 1;
    }
    return {marks: sound, faults};
  }

  return Object.freeze({
    STEPS, WHATS, REASONED, NAME_CHARS, NOTE_CHARS, LONGEST_M,
    cleaned, copy, fault, heads, isLength, latest, merge, metres, next, read, replacing, state, written,
  });
})();
