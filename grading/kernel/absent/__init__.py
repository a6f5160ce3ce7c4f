"""Stands in the sandbox in the place of libraries that differentiate (sandbox.ABSENT)."""

raise ImportError(f"{__name__} は採点の環境では使えません。chain-rule の式を自分で書いてください")
