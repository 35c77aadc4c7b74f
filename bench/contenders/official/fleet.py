"""The script of the bench over the official client: what one writes who rents a handful of machines from Python.

    python fleet.py up 20 | refresh | destroy

One after another: search once, rent the cheapest with five seconds between two rents (the least that Vast says in its 429), then look at
the list of all every ten seconds until everything runs. About 429 the client itself tries three times within half a second, which is less
than any of Vast's intervals; `retry=12` makes that half a minute, so that the second page of a list and a rent after a penalty get through.
"""

import json
import os
import sys
import time

# The only concession to the bench: its seconds can be shorter than others', the client's own waits among them.
SCALE = float(os.environ.get("VASTAI_TIME_SCALE", "1"))
real_sleep = time.sleep
time.sleep = lambda seconds: real_sleep(seconds / SCALE)

from vastai import VastAI  # noqa: E402

POLL_SECONDS = 10
RENT_EVERY_SECONDS = 5
BATCH = 64
FILE = "machines.json"

vast = VastAI(api_key=os.environ["VAST_API_KEY"], server_url=os.environ["VAST_URL"], retry=12)


def find_offers():
    return vast.search_offers(query="gpu_name=RTX_4090 num_gpus=1", order="dph_total", limit=64)


def up(count):
    ids, offers = [], []
    while len(ids) < count:
        offers = offers or find_offers()
        try:
            answer = vast.create_instance(
                id=offers.pop(0)["id"],
                image="ubuntu:22.04",
                disk=32,
                label=f"worker-{len(ids)}",
                ssh=True,
                direct=True,
                cancel_unavail=True,
            )
            ids.append(answer["new_contract"])
        except Exception as error:
            print(f"not rented: {error}", file=sys.stderr)
        time.sleep(RENT_EVERY_SECONDS)
    with open(FILE, "w", encoding="utf-8") as file:
        json.dump(ids, file)
    while True:
        running = {row["id"] for row in vast.show_instances() if row["actual_status"] == "running"}
        if running.issuperset(ids):
            return
        time.sleep(POLL_SECONDS)


def destroy():
    with open(FILE, encoding="utf-8") as file:
        ids = json.load(file)
    for i in range(0, len(ids), BATCH):
        vast.destroy_instances(ids[i : i + BATCH])


if sys.argv[1] == "up":
    up(int(sys.argv[2]))
elif sys.argv[1] == "refresh":
    vast.show_instances()
else:
    destroy()
