// The plan and the rules as `data.py` and `rules.py` wrote them.
const raw = JSON.parse(document.getElementById('data').textContent);
