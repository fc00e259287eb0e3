"""In whose name a subject is written to."""

from sqlalchemy import Connection

from idp.brands.brand import Brand
from idp.brands.registry import Brands
from idp.subjects.subjects import Subjects


def brand_of(db: Connection, brands: Brands, subjects: Subjects, brand_id: str | None, subject_id: str | None) -> Brand | None:
    """The brand where it began; for who came to our pages by themselves, a brand that knows them, or else any."""
    known = (brand for brand in brands.all() if subject_id and subjects.customer_number(db, subject_id, brand.id))
    return brands.get(brand_id) or next(known, brands.get_or_any(None))
