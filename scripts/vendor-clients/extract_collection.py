"""Takes the collection hetzner.hcloud out of the one wheel in a folder, and removes the wheel."""

import pathlib
import sys
import zipfile

folder = pathlib.Path(sys.argv[1])
[wheel] = folder.glob("*.whl")
with zipfile.ZipFile(wheel) as archive:
    wanted = [name for name in archive.namelist() if name.startswith("ansible_collections/hetzner/hcloud/")]
    if not wanted:
        sys.exit(f"Cannot find the collection in {wheel.name}")
    archive.extractall(folder, wanted)
wheel.unlink()
