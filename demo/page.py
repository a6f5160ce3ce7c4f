"""demo.html: an exercise's demo in one file for any browser, without a kernel and without a network.

The scenes are those of the notebook, drawn and computed by the same script; what the kernel would learn for them is learned now
and goes into the page as a record.
"""

import html
import io
import itertools
import json
from collections.abc import Iterator
from contextlib import redirect_stdout
from string import Template

from nbformat import NotebookNode

PAGE = Template("""<!DOCTYPE html>
<html lang="ja"><head><meta charset="utf-8"><title>ニューラルネットワークのデモ</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<style>
$style
html { background: #ffffff; scroll-padding-top: .5em; }
html[data-theme="dark"] { background: #14171a; }
body { margin: 0 auto; max-width: 1280px; padding: 0 16px 2em; }
body { line-height: 1.6; font-size: 18px; background: var(--paper); color: var(--ink); }
body > header, main > section { margin-top: 2.2em; }
h1, h2 { line-height: 1.3; margin: 0 0 .2em; } h1 { font-size: 1.8em; } h2 { font-size: 1.5em; }
main > section > p { margin: .2em 0 .4em; } main > section { border-top: 1px solid var(--rule); padding-top: 1em; }
a { color: var(--told); } li { margin: .2em 0; } summary { cursor: pointer; color: var(--faint); }
kbd { border: 1px solid var(--rule); border-radius: 4px; padding: 0 .35em; font-family: inherit; }
.view { border: 1px solid var(--rule); border-radius: 6px; }
.demo-stage .view { border: 0; border-radius: 0; }
@media (max-width: 640px) {  /* on a telephone a picture is higher than the screen; its controls stay in sight */
body { font-size: 16px; padding: 0 10px 2em; } .demo .open { display: none; }
.demo main .controls { position: sticky; bottom: 0; z-index: 1; padding: .4em; }
.demo main .controls { background: var(--paper); border-top: 1px solid var(--rule); }
.demo main .slider { flex-basis: 100%; } .demo main .slider label { white-space: normal; } }
</style></head><body class="demo">
<header><h1>ニューラルネットワークのデモ</h1>
<p>カーネルもネットワークもいらないページです。絵の中の黄色い丸はつまんで動かせます。</p>
<p><button type="button" class="open">舞台で見る</button> <button type="button" class="theme">明るい画面と暗い画面</button></p>
<nav aria-label="目次"><ol>$contents</ol></nav>
<p>学習する場面では、<kbd>→</kbd> 1 ステップ、<kbd>←</kbd> 戻る、<kbd>スペース</kbd> 再生と停止、<kbd>Home</kbd> 最初から。
舞台では、<kbd>→</kbd> と <kbd>PageDown</kbd> で次の場面へ進み、<kbd>Esc</kbd> でこのページへもどります。</p></header>
<main>
$sections
</main>
<noscript>このページを動かすには、JavaScript を有効にしてください。</noscript>
<script type="module">
$script
openPage($texts, $record);
</script></body></html>
""")

SECTION = Template("""<section id="$name"><h2>$number. $title</h2><p>$sentence</p><div class="here"></div>
<details><summary>話すこと ($minutes 分)</summary><ul>$notes</ul></details></section>""")


def run_cells(notebook: NotebookNode) -> dict:
    """Run the code of the demo outside a kernel; returns the names that it defines."""
    namespace: dict = {"__name__": "demo"}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            with redirect_stdout(io.StringIO()):
                exec(compile(cell.source, f"<{cell.source.partition(chr(10))[0]}>", "exec"), namespace)
    return namespace


def script_number(value):
    """A value as JavaScript writes it: 1.0 is 1 there."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def films(scene, encode) -> Iterator[tuple[str, list]]:
    """The settings of a scene's recorded runs, and the frames of each: every so manieth one, the first and the last."""
    for values in itertools.product(*scene.recorded.values()):
        settings = dict(zip(scene.recorded, values))
        key = sorted((name, script_number(value)) for name, value in settings.items())
        frames = [encode(frame) for frame in scene.run(settings)]
        kept = [frame for i, frame in enumerate(frames) if i % scene.every == 0 or i == len(frames) - 1]
        yield json.dumps(key, ensure_ascii=False, separators=(",", ":")), kept


def record(scenes: dict, encode) -> dict:
    """What the kernel would answer: data and films by scene, and the values of the controls for which there are films."""
    return {
        "data": {name: encode(scene.data()) for name, scene in scenes.items() if scene.data},
        "films": {name: dict(films(scene, encode)) for name, scene in scenes.items() if scene.run},
        "values": {name: scene.recorded for name, scene in scenes.items() if scene.run},
    }


def script_json(value) -> str:
    """JSON that may stand inside a script element."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")


def page(notebook: NotebookNode) -> str:
    """The page of a demo: a section for every scene, and the stage over them."""
    names = run_cells(notebook)
    texts = [scene.text() for scene in names["SCENES"].values()]
    shown = [{key: html.escape(str(value)) for key, value in text.items()} for text in texts]
    for number, (text, escaped) in enumerate(zip(texts, shown), 1):
        escaped |= {"number": str(number), "notes": "".join(f"<li>{html.escape(note)}</li>" for note in text["notes"])}
    return PAGE.substitute(
        style=names["STYLE"], script=names["SCRIPT"],
        texts=script_json(texts), record=script_json(record(names["SCENES"], names["encode"])),
        contents="".join(f'<li><a href="#{text["name"]}">{text["title"]}</a></li>' for text in shown),
        sections="\n".join(SECTION.substitute(text) for text in shown),
    )
