// What the marks come to: how far every cable is, and what people have to decide.
const state = (() => {
  const STEPS = ['planned', ...marks.STEPS];
  const known = new Map();

  function reckon(cable) {
    const of = {};
    for (const what of marks.WHATS) of[what] = marks.state(store.of(cable.id, what), cable.checks);
    const done = marks.STEPS.map((what) => Boolean(of[what].mark && of[what].mark.value));
    const said = (what) => (of[what].mark ? of[what].mark.value : null);
    return {
      of,
      step: done.lastIndexOf(true) + 1,
      port: said('port'), length: said('length_m'), remark: said('remark'),
      conflicts: marks.WHATS.filter((what) => of[what].conflict),
      stale: marks.WHATS.filter((what) => of[what].stale.length),
    };
  }

  // What most cables are most of the time, reckoned once.
  const untouched = reckon({id: '', checks: []});

  // The state of a cable; `step` counts what is done: 1 pulled, 2 connected, 3 tested.
  function of(cable) {
    if (!store.all(cable.id).length) return untouched;
    if (!known.has(cable.id)) known.set(cable.id, reckon(cable));
    return known.get(cable.id);
  }

  // How many of some cables are pulled, connected, tested; what comes later implies what was before.
  function progress(cables) {
    const done = [0, 0, 0];
    for (const cable of cables) {
      const {step} = of(cable);
      for (let at = 0; at < step; at += 1) done[at] += 1;
    }
    return {all: cables.length, done};
  }

  const nameOf = (cable) => STEPS[of(cable).step];

  // The port that somebody said the upper end of a cable is in, null when it is as planned.
  // Jumpers side by side end in one port: it is said at the first of them.
  const moved = (cable) => {
    const at = cable.portAt === null ? null : data.cable.get(cable.portAt);
    return at ? of(at).port : null;
  };

  const portOf = (cable) => moved(cable) ?? cable.upper.ports;
  const lengthOf = (cable) => of(cable).length ?? cable.length;

  // What a mark says of a cable's port or length: nothing where rules alone give the same.
  const portValue = ({byRule}, port) => (port === byRule.port ? null : port);
  const lengthValue = ({byRule}, length) => (length === byRule.length ? null : length);

  // What a mark says so that it is as this page's plan has it, whatever was said before.
  function asPlanned(cable, what) {
    if (marks.STEPS.includes(what)) return false;
    if (what === 'port') return portValue(cable, cable.upper.ports);
    return what === 'length_m' ? lengthValue(cable, cable.length) : null;
  }

  // Whether only a person can say what holds.
  const undecided = (cable, what) => {
    const {conflict, stale} = of(cable).of[what];
    return conflict || stale.length > 0;
  };

  // The cables whose upper end is in each port of a device, by port.
  function occupants(device) {
    const found = new Map();
    for (const {cable, plug} of device.plugs) {
      if (plug !== cable.upper) continue;
      for (const port of data.wordsOf(portOf(cable))) {
        if (!found.has(port)) found.set(port, []);
        found.get(port).push(cable);
      }
    }
    return found;
  }

  // Ports that a redline gave to a cable while another is there: {device, port, cables}.
  function clashes() {
    const elsewhere = data.cables.filter((cable) => moved(cable) !== null);
    const found = [];
    for (const device of new Set(elsewhere.map((cable) => cable.upper.device))) {
      for (const [port, cables] of occupants(device)) {
        const links = new Set(cables.map(({id, portAt}) => portAt ?? id));
        if (links.size > 1 && cables.some(moved)) found.push({device, port, cables});
      }
    }
    return found;
  }

  // Everything a person has to decide: {cable, what, state}.
  function open(kind) {
    return data.cables.flatMap((cable) => of(cable)[kind].map((what) => (
      {cable, what, state: of(cable).of[what]})));
  }

  store.listen((changed) => changed.forEach((id) => known.delete(id)));

  return Object.freeze({
    STEPS, of, progress, nameOf, moved, portOf, lengthOf, portValue, lengthValue, asPlanned, undecided,
    occupants, clashes,
    conflicts: () => open('conflicts'), stale: () => open('stale'),
  });
})();
