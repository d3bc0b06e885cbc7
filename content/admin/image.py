"""Pictures of a section: uploaded in a form that takes nothing but a picture."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from unfold.admin import ModelAdmin, StackedInline
from unfold.decorators import display
from unfold.widgets import UnfoldAdminFileFieldWidget

from content import images
from content.errors import NotAPicture
from content.models import GuideImage


class ImageForm(forms.ModelForm):
    """The description, and a file where there is none yet or another one is wanted."""

    upload = forms.FileField(
        label="File",
        required=False,
        help_text="PNG, JPEG or WebP, at most 5 MB. It is written anew without what the camera noted.",
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": "image/png,image/jpeg,image/webp"}),
    )

    class Meta:
        model = GuideImage
        fields = ("alt", "caption", "order")

    def clean(self) -> dict[str, Any]:
        """Make the files before anything is saved; a picture that cannot be used is said beside its field."""
        data = super().clean() or {}
        upload = data.get("upload")
        if not upload:
            if not self.instance.file:
                self.add_error("upload", "Choose a file.")
            return data
        try:
            # Told by the browser or not: never more than the limit is read.
            made = images.make(upload.read(images.MOST_BYTES + 1))
        except NotAPicture as error:
            self.add_error("upload", str(error))
        else:
            self.instance.file, self.instance.widths = made.file, list(made.widths)
            self.instance.width, self.instance.height = made.width, made.height
        return data


class Shown:
    """A small look at the picture."""

    @display(description="Picture")
    def picture(self, image: GuideImage) -> str:
        """The smallest file."""
        if not image.file:
            return "–"
        url = reverse("content:image", args=[f"{image.file}-{image.widths[0]}.webp"])
        return format_html('<img src="{}" alt="{}" width="160">', url, image.alt)


class ImageInline(Shown, StackedInline):  # type: ignore[misc]
    """Pictures stand above the lists of their section."""

    model = GuideImage
    form = ImageForm
    fields = ("picture", "upload", "alt", "caption", "order")
    readonly_fields = ("picture",)
    extra = 0
    tab = hide_title = show_count = True
    ordering_field = "order"  # type: ignore[assignment]
    hide_ordering_field = True


@admin.register(GuideImage)
class GuideImageAdmin(Shown, ModelAdmin):  # type: ignore[misc]
    """Every picture of every guide."""

    form = ImageForm
    list_display = ("__str__", "section", "picture")
    list_select_related = ("section",)
    search_fields = ("alt", "caption")
    fields = ("picture", "upload", "alt", "caption", "order")
    readonly_fields = ("picture",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False
