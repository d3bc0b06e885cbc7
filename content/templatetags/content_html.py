from django import template

from content.renderers import html

register = template.Library()
register.filter("spans", html.spans)
register.filter("srcset", html.srcset)
register.filter("src", html.src)
