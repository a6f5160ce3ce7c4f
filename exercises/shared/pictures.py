# %% folded="tools_pictures"
# @title 道具 2: 図
import os

import matplotlib.pyplot as plt
from IPython import get_ipython
from IPython.display import clear_output

BLUE, VERMILION, GREEN, ORANGE, PURPLE, BLACK, GRAY = "#0072B2", "#D55E00", "#009E73", "#E69F00", "#CC79A7", "#000000", "#666666"
# どの図でも同じ意味: 順伝播、逆伝播、数値微分、学習用のデータ、テスト用のデータ、グラフの値、そのほか (演算の箱など)
FORWARD, BACKWARD, NUMERICAL, TRAINING, TEST, VALUE, OTHER = BLUE, VERMILION, PURPLE, BLACK, ORANGE, GREEN, GRAY
SIGNED = "PuOr_r"  # 正負のある値: オレンジが正、白が 0、紫が負
plt.rcParams.update({
    "figure.dpi": 100, "font.size": 11, "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True,
    "grid.alpha": 0.3, "lines.linewidth": 2, "image.cmap": "cividis", "figure.constrained_layout.use": True,
    "axes.prop_cycle": plt.cycler(color=[BLUE, VERMILION, GREEN, ORANGE, PURPLE, GRAY]),
})
plt.close(plt.figure())  # 古い matplotlib では、最初に作る図はノートブックに出ない
if get_ipython() and os.environ.get("FIGURES") != "off":
    from matplotlib_inline.backend_inline import set_matplotlib_formats

    set_matplotlib_formats("retina")  # 細かい画面でも、はっきり見えるように


def picture(draw):
    """図を描く。自分の関数がまだ動かないときは、何が足りないかを言うだけにする。"""
    if os.environ.get("FIGURES") == "off":
        print("採点では図を描きません。")
        return
    GIVEN.update({picture.__code__.co_filename, draw.__code__.co_filename})
    try:
        draw()
    except Exception as error:
        plt.close("all")
        clear_output()  # 途中まで出したものは残さない
        print("この図はまだ描けません。" + (reason(error) or "自分の関数が返した値の種類か形が、約束と違います。前の問いの確認を見てください。"))


def draw_graph(ax, nodes, edges):
    """計算グラフを描く。nodes: {名前: (x, y, 文字, 色)}、edges: [(名前, 名前, 上の文字, 下の文字)]。"""
    boxes = {
        name: ax.text(x, y, text, ha="center", va="center", fontsize=13, zorder=1,
                      bbox={"boxstyle": "round,pad=0.4", "fc": "white", "ec": color, "lw": 2})
        for name, (x, y, text, color) in nodes.items()
    }
    ax.axis("off")
    label = {"textcoords": "offset points", "ha": "center", "zorder": 3, "bbox": {"fc": "white", "ec": "none", "pad": 0.5}}
    for start, end, above, below in edges:
        (x1, y1), (x2, y2) = nodes[start][:2], nodes[end][:2]
        ax.annotate("", (x2, y2), (x1, y1), zorder=2, arrowprops={  # 箱を先に描かないと、矢印の端がずれる
            "arrowstyle": "-|>", "color": OTHER, "lw": 1.5, "shrinkA": 0, "shrinkB": 0,
            "patchA": boxes[start].get_bbox_patch(), "patchB": boxes[end].get_bbox_patch()})
        middle = ((x1 + x2) / 2, (y1 + y2) / 2)
        for text, offset, va, color in (above, 4, "bottom", FORWARD), (below, -4, "top", BACKWARD):
            if text:
                ax.annotate(text, middle, (0, offset), va=va, color=color, **label)
