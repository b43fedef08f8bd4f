"""POST /orders in FastAPI, with the rules of bench/orders: strict types, unknown members refused."""

import itertools
from datetime import datetime, timezone
from typing import List, Literal
from uuid import UUID

from fastapi import FastAPI
from pydantic import BaseModel, Extra, conint, conlist, constr

app = FastAPI()
numbers = itertools.count(1_000_001)


class Strict(BaseModel):
    class Config:
        extra = Extra.forbid


class Item(Strict):
    sku: constr(strict=True, regex=r"^[A-Z]{3}-[0-9]{4}\Z")
    qty: conint(strict=True, ge=1, le=100)
    price_cents: conint(strict=True, ge=0, lt=2**63)


class Order(Strict):
    customer_id: UUID
    currency: Literal["EUR", "USD", "CHF"]
    items: conlist(Item, min_items=1, max_items=50)
    note: constr(strict=True, max_length=200)


class Receipt(BaseModel):
    id: str
    total_cents: int
    created_at: datetime
    items: List[Item]


@app.post("/orders", status_code=201, response_model=Receipt)
async def place(order: Order):
    return Receipt(
        id=f"ord_{next(numbers)}",
        total_cents=sum(item.qty * item.price_cents for item in order.items),
        created_at=datetime.now(timezone.utc),
        items=order.items,
    )
