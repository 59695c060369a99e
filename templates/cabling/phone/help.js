// What the page can do, in a few lines.
const help = (() => {
  const TOPICS = ['search', 'labels', 'scan', 'tick', 'redline', 'hand', 'merge', 'keys', 'offline'];
  const KEYS = [['/', 'key_search'], ['↑ ↓', 'key_list'], ['← → ↑ ↓', 'key_plate'], ['Esc', 'key_back']];

  const scanning = () => t(scan.possible ? 'help_scan' : 'help_scan_none');

  function text(topic) {
    if (topic === 'scan') return h('p', {}, scanning());
    if (topic !== 'keys') return h('p', {}, t(`help_${topic}`));
    return h('dl', {class: 'facts'}, KEYS.map(([key, what]) => (
      h('div', {class: 'pair'}, h('dt', {}, h('kbd', {}, key)), h('dd', {}, t(what))))));
  }

  const view = () => h('article', {'aria-labelledby': 'detail-title'},
    h('h2', {id: 'detail-title', tabindex: '-1'}, t('help')),
    TOPICS.map((topic) => [h('h3', {}, t(`help_${topic}_title`)), text(topic)]));

  return Object.freeze({view});
})();
