// The plan as objects, from the rows that `data.py` wrote.
const data = (() => {
  const text = (number) => raw.texts[number];
  const BETWEEN = ' / ';

  const racks = raw.racks.map(([name, row, units, whole]) => (
    {name, row, units, whole: whole === 1, devices: []}));

  const emptyOf = ([cage, socket, ports, reserved]) => ({
    cage: text(cage), socket: text(socket), ports: text(ports),
    kind: reserved === 1 ? 'reserved' : 'spare',
  });

  const devices = raw.devices.map(
    ([name, role, model, rack, topU, height, plate, empty, whole]) => ({
      name, role: text(role), model: text(model), rack: racks[rack] || null, topU, height,
      plate: raw.plates[plate] || [], empty: empty.map(emptyOf), whole: whole === 1, plugs: [],
    }));
  for (const device of devices) if (device.rack && device.role !== 'later') device.rack.devices.push(device);
  for (const rack of racks) rack.devices.sort((one, other) => other.topU - one.topU);

  function plugOf([device, ports, cage, socket, label, connector, module, adapter, waits]) {
    return {
      device: devices[device], ports: text(ports), cage: text(cage), socket: text(socket), label,
      connector: text(connector), module: text(module), adapter: text(adapter),
      waits: waits === 1,
    };
  }

  // Labels that mirror each other are written as their near halves only.
  function mirror(plugs) {
    const [lower, upper] = plugs;
    if (plugs.length !== 2 || lower.label.includes(BETWEEN)) return;
    const {label} = lower;
    lower.label = label + BETWEEN + upper.label;
    upper.label += BETWEEN + label;
  }

  // The letters on the colour of a cable, the phrase that says what they mean, and the colour.
  const chips = raw.chips.map(([letters, meaning, colour]) => ({letters, meaning, colour}));

  function cableOf(row, index) {
    const [id, check, network, rail, plane, wave, bundle, colour, medium, part, description,
      computed, length, trays, portAt, own, chip, ends] = row;
    const plugs = ends.map(plugOf);
    mirror(plugs);
    const cable = {
      index, id, check, network: text(network), rail: rail < 0 ? null : rail,
      plane: plane < 0 ? null : plane, wave: text(wave), bundle: text(bundle),
      colour: text(colour), medium: text(medium), part: text(part),
      description: text(description), computed, length,
      trays: text(trays) === '' ? [] : text(trays).split(' '),
      chip: chips[chip], portAt: portAt === 1 ? id : portAt || null, own: own === 1, plugs,
      lower: plugs.slice(0, -1), upper: plugs[plugs.length - 1],
      // Those a mark may be made with, and what rules alone give where redlines led elsewhere.
      checks: [check], byRule: {port: plugs[plugs.length - 1].ports, length},
    };
    for (const plug of plugs) plug.device.plugs.push({cable, plug});
    return cable;
  }

  const cables = raw.cables.map(cableOf);
  for (const [index, checks, port, length] of raw.redlined) {
    const one = cables[index];
    one.checks.push(...checks);
    one.byRule = {port: port ?? one.upper.ports, length: length ?? one.length};
  }
  const cable = new Map(cables.map((one) => [one.id, one]));
  const device = new Map(devices.map((one) => [one.name, one]));
  const rack = new Map(racks.map((one) => [one.name, one]));

  const embedded = raw.marks.map(([index, what, value, by, at, note, id, after, made]) => {
    const {id: name, check} = cables[index];
    return marks.copy({id, cable: name, check: made ?? check, what, value, by, at, note, after});
  });

  const natural = new Intl.Collator('en', {numeric: true});

  const wordsOf = (texts) => texts === '' ? [] : texts.split(' ');

  // The cages of a device in order, each {cage, sockets}; sockets without a cage (a router outside
  // the plan) stand in one that has no name. Of a device in another row, cages may have none here.
  function plateOf(of) {
    const plugged = of.plugs.map(({cable: one, plug}) => (
      {cage: plug.cage, socket: plug.socket, ports: plug.ports, kind: 'cable', cable: one, plug}));
    const here = new Map();
    for (const one of [...plugged, ...of.empty]) {
      if (!here.has(one.cage)) here.set(one.cage, []);
      here.get(one.cage).push(one);
    }
    const known = of.plate.map(([label]) => label);
    const others = [...here.keys()].filter((label) => !known.includes(label)).sort(natural.compare);
    return [...known, ...others].filter((label) => here.has(label)).map((label) => ({
      cage: label,
      sockets: here.get(label).sort((one, other) => natural.compare(one.socket, other.socket)),
    }));
  }

  // The ports of a device that a cable can be plugged into, each with the label of its cage.
  const portsOf = (of) => of.plate.flatMap(([cage, ports]) => ports.map((port) => ({port, cage})));

  const chipOf = (one) => `c${one.chip.colour}`;

  const colourOf = (one) => raw.words[`colour_${one.colour.replace(/ /g, '_')}`];

  const distinct = (values) => [...new Set(values)].filter((one) => one !== '' && one !== null);

  return Object.freeze({
    cluster: raw.cluster, revision: raw.revision, volume: raw.volume, language: raw.language,
    words: raw.words, racks, devices, cables, cable, device, rack, embedded, natural,
    plateOf, portsOf, chipOf, colourOf, wordsOf,
    waves: distinct(cables.map((one) => one.wave)).sort(natural.compare),
    networks: distinct(cables.map((one) => one.network)),
    rails: distinct(cables.map((one) => one.rail)).sort((one, other) => one - other),
  });
})();
