"""What editors' pictures are cut to, and how wide a page shows them.

WebP, and JPEG for phones that don't know it. No AVIF: docs/decisions/0026.
"""

from dataclasses import dataclass
from io import BytesIO

from wagtail.images import get_image_model
from wagtail.images.models import Filter, Picture
from wagtail.images.shortcuts import get_renditions_or_not_found
from willow.plugins.pillow import PillowImage

# What Wagtail shows of an original that can't be read.
MISSING = "/not-found"


class InMemory(Filter):
    """Cuts without a temporary file: Pillow takes a JPEG's by its descriptor, and then nobody
    closes it."""

    def run(self, image, output, source=None):
        return super().run(image, BytesIO(), source)


@dataclass(frozen=True)
class Cut:
    # For Wagtail, as in {% picture %}. The first is what browsers get that choose none.
    filters: str
    # How wide it is shown, as in CSS (portal.css).
    sizes: str

    @property
    def specs(self):
        return Filter.expand_spec(f"{self.filters} format-{{webp,jpeg}}")


CUTS = {
    "lead": Cut("fill-{960x540,480x270,1440x810}", "(min-width: 882px) 850px, calc(100vw - 32px)"),
    "hero": Cut("fill-{720x450,400x250,1080x675}", "(min-width: 768px) 433px, calc(100vw - 32px)"),
    "card": Cut("fill-{480x270,320x180,800x450}", "(min-width: 480px) 280px, calc(100vw - 32px)"),
    "small card": Cut("fill-{480x270,320x180,800x450}", "(min-width: 480px) 220px, 45vw"),
    "list": Cut("fill-{320x180,192x108}", "(min-width: 640px) 187px, 111px"),
    "figure": Cut("width-{960,480,1440}", "(min-width: 746px) 714px, calc(100vw - 32px)"),
    "gallery": Cut("width-{480,320,960}", "(min-width: 560px) 340px, calc(100vw - 32px)"),
    "poster": Cut(
        "fill-{960x540,480x270,1440x810}", "(min-width: 746px) 714px, calc(100vw - 32px)"
    ),
}


def specs_of(*names):
    return [spec for name in names for spec in CUTS[name].specs]


def html(image, name, alt, is_first=False):
    """A <picture>, of what the image was cut to for this; `is_first`: seen before all others."""
    cut = CUTS[name]
    different = {}
    # A small original is not blown up: several cuts of it are one.
    found = get_renditions_or_not_found(image, list(map(InMemory, cut.specs)))
    for spec, rendition in found.items():
        different.setdefault((spec.rpartition("-")[2], rendition.width), (spec, rendition))
    attributes = {"alt": alt}
    if len({width for _format, width in different}) > 1:
        attributes["sizes"] = cut.sizes
    if is_first:
        attributes["fetchpriority"] = "high"
    else:
        attributes |= {"loading": "lazy", "decoding": "async"}
    return Picture(dict(different.values()), attributes).__html__()


def prefetch(images, specs):
    """Gives the images what they were cut to already, in one query at most: what this process has
    shown within the hour it knows. From then on they must be shown by these specs alone."""
    by_key = {image.pk: image for image in images}
    Rendition = get_image_model().get_rendition_model()
    names = {
        Rendition.construct_cache_key(image, found.get_cache_key(image), found.spec): image.pk
        for image in by_key.values()
        for found in map(Filter, specs)
    }
    known = Rendition.cache_backend.get_many(names)
    # Not each cut: of those for places where it doesn't stand there are none.
    lacking = set(by_key) - {names[name] for name in known}
    read = Rendition.objects.filter(image__in=lacking, filter_spec__in=specs) if lacking else ()
    cuts = {pk: [] for pk in by_key}
    for rendition in (*known.values(), *read):
        rendition.image = by_key[rendition.image_id]
        cuts[rendition.image_id].append(rendition)
    for image in images:
        image.prefetched_renditions = cuts[image.pk]
    Rendition.cache_backend.set_many({rendition.get_cache_key(): rendition for rendition in read})


def upright(image):
    """What Willow does to a picture first (apps.py): turns it as the camera was held. Here it also
    loses what the camera wrote down: where that was, and whose."""
    turned = PillowImage.auto_orient(image)
    for name in ("exif", "xmp", "comment"):
        turned.image.info.pop(name, None)
    return turned
