// Every text against what lies behind it, and every mark that carries a figure (WCAG 2.2, 1.4.3 and 1.4.11):
// what has too little contrast.
(() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = '#000'; canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data; return [r, g, b, a / 255];
  };
  const luminance = ([r, g, b]) => [[r, .2126], [g, .7152], [b, .0722]].reduce((sum, [value, weight]) => {
    const part = value / 255; return sum + weight * (part <= .04045 ? part / 12.92 : ((part + .055) / 1.055) ** 2.4);
  }, 0);
  const behind = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const colour = rgba(getComputedStyle(each).backgroundColor); if (colour[3] === 1) return colour;
    }
    return [255, 255, 255, 1];
  };
  const ratio = (one, other) => {
    const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a); return (light + .05) / (dark + .05);
  };
  const poor = [];
  const check = (element, colour, least) => {
    const found = ratio(rgba(colour), behind(element));
    if (found < least) poor.push(`${found.toFixed(2)} ${element.tagName} ${element.textContent.slice(0, 30)}`);
  };
  for (const element of document.body.querySelectorAll('*')) {
    const style = getComputedStyle(element);
    if (!element.checkVisibility() || element.closest('script, style')) continue;
    const isText = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    const size = parseFloat(style.fontSize), isLarge = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    if (isText && !element.closest('svg')) check(element, style.color, isLarge ? 3 : 4.5);
    if (element.tagName === 'text' && element.textContent) check(element, style.fill, 4.5);
    if (element.closest('.mark-symbol') && style.fill !== 'none' && style.opacity === '1') check(element, style.fill, 3);
  }
  return poor;
})()
