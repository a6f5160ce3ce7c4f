"""demo.html: the pictures of an exercise's demo, drawn by the same functions, to be stepped through without a kernel."""

import base64
import html
import io
from contextlib import redirect_stdout
from string import Template

from nbconvert.filters import markdown2html
from nbformat import NotebookNode
from PIL import Image

PAGE = Template("""<!DOCTYPE html>
<html lang="ja"><head><meta charset="utf-8"><title>ニューラルネットワークのデモ</title>
<link rel="icon" href="data:,">
<style>
html { scroll-snap-type: y mandatory; }
body { margin: 0; font: 20px/1.5 "Noto Sans JP", "Hiragino Sans", "Yu Gothic", Meiryo, sans-serif; color: #222; }
section { box-sizing: border-box; min-height: 100vh; max-width: 1240px; margin: 0 auto; padding: 14px 20px; }
section { scroll-snap-align: start; }
h1 { font-size: 38px; } h2 { font-size: 32px; margin: 0; }
h2 + p { font-size: 23px; margin: 2px 0; }
summary { font-size: 16px; color: #666666; cursor: pointer; }
img { display: block; max-width: 100%; height: auto; }
img[hidden], .anchor-link { display: none; }
button { font: inherit; padding: 4px 18px; margin-right: 8px; border: 1px solid #666666; border-radius: 6px; }
.told { font-size: 22px; min-height: 1.6em; margin: 6px 0 2px; color: #0072B2; }
.at { color: #666666; }
kbd { border: 1px solid #999; border-radius: 4px; padding: 0 6px; }
</style></head><body>
$sections
<script>
const scenes = [...document.querySelectorAll("section.scene")].map(section => {
  const frames = [...section.querySelectorAll("img")], told = section.querySelector(".told"), at = section.querySelector(".at");
  const play = section.querySelector(".play");
  let now = 0, timer = null;
  const go = to => {
    now = Math.max(0, Math.min(frames.length - 1, to));
    frames.forEach((frame, i) => { frame.hidden = i !== now; });
    told.textContent = frames[now].alt;
    at.textContent = `$${now + 1} / $${frames.length}`;
  };
  const stop = () => { clearInterval(timer); timer = null; play.textContent = "再生"; };
  const scene = {
    section, next: () => { stop(); go(now + 1); }, back: () => { stop(); go(now - 1); }, first: () => { stop(); go(0); },
    toggle: () => {
      if (timer) return stop();
      scenes.forEach(other => other.stop());
      if (now === frames.length - 1) go(0);
      play.textContent = "止める";
      timer = setInterval(() => { go(now + 1); if (now === frames.length - 1) stop(); }, 1000);
    }, stop };
  for (const name of ["first", "back", "next"]) section.querySelector("." + name).onclick = scene[name];
  play.onclick = scene.toggle;
  go(0);
  return scene;
});
const current = () => scenes.reduce((best, scene) => {
  const distance = s => Math.abs(s.section.getBoundingClientRect().top);
  return distance(scene) < distance(best) ? scene : best;
});
const keys = { ArrowRight: s => s.next(), ArrowLeft: s => s.back(), Home: s => s.first(), " ": s => s.toggle() };
addEventListener("keydown", event => {
  if (keys[event.key]) { keys[event.key](current()); event.preventDefault(); }
});
</script></body></html>
""")

SCENE = Template("""<section class="scene" id="$name">$heading
<div><button class="first">最初から</button><button class="back">戻る</button><button class="next">1 ステップ</button>
<button class="play">再生</button><span class="at"></span></div>
<p class="told"></p>$frames$notes</section>""")

FRONT = """<section><h1>ニューラルネットワークのデモ</h1>
<p>カーネルもネットワークもいらないページです。場面ごとに、絵を 1 枚ずつ進められます。</p>
<p><kbd>→</kbd> 1 ステップ、<kbd>←</kbd> 戻る、<kbd>スペース</kbd> 再生と停止、<kbd>Home</kbd> 最初から、
<kbd>PageDown</kbd> 次へ</p>
<ol>{items}</ol></section>"""


def run_cells(notebook: NotebookNode) -> tuple[dict, list]:
    """Run the code of the demo outside a kernel; returns its names, and (scene's name, markdown cells before it)."""
    namespace: dict = {"__name__": "demo"}
    order: list[tuple[str, list[str]]] = []
    markdown: list[str] = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            markdown.append(cell.source)
            continue
        title = cell.source.partition("\n")[0]
        with redirect_stdout(io.StringIO()):
            exec(compile(cell.source, f"<{title}>", "exec"), namespace)
        for name in namespace["SCENES"]:
            if name not in dict(order):
                order.append((name, markdown))
        markdown = []
    return namespace, order


def inline(picture) -> str:
    """A picture as a data address: 256 colours are enough."""
    png = io.BytesIO()
    few = picture.quantize(256, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    few.save(png, "png", compress_level=7)
    return f"data:image/png;base64,{base64.b64encode(png.getvalue()).decode()}"


def page(notebook: NotebookNode) -> str:
    """The page of a demo: a section for every scene, a picture for every state of its story."""
    namespace, order = run_cells(notebook)
    sections, heading, notes = [], "", ""
    for name, markdown in order:
        scene = namespace["SCENES"][name]
        if markdown:
            heading, notes = (markdown2html(source) for source in markdown[-2:])
        elif scene:
            notes = ""
        board = namespace["Board"](scene.setup, scene.size)
        pictures = [(told, inline(board.image(scene.draw, state))) for told, state in scene.story()]
        frames = [f'<img hidden alt="{html.escape(told)}" src="{address}">' for told, address in pictures]
        sections.append(SCENE.substitute(name=name, heading=heading, notes=notes, frames="".join(frames)))
    titles = [cells[-2].partition("\n")[0].partition(". ")[2] for _, cells in order if cells]
    front = FRONT.format(items="".join(f"<li>{html.escape(title)}</li>" for title in titles))
    return PAGE.substitute(sections="\n".join([front, *sections]))
