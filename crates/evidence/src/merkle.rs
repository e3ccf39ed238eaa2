//! Merkle trees as RFC 6962, section 2.1, has them, kept as tiles (<https://c2sp.org/tlog-tiles>).

use std::{collections::BTreeMap, fmt};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use sha2::{Digest as _, Sha256};

/// How many hashes a full tile has.
pub(crate) const TILE: u64 = 256;

/// The levels of a tree that a tile spans: 2^8 hashes.
const TILE_LEVELS: u32 = 8;

/// The bytes of a hash.
const HASH: usize = 32;

/// A SHA-256 in a tree.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hash(pub(crate) [u8; HASH]);

impl Hash {
    /// The root of the tree without leaves.
    pub(crate) fn empty() -> Self {
        Self(Sha256::digest(b"").into())
    }

    /// The hash of a leaf.
    pub(crate) fn leaf(data: &[u8]) -> Self {
        let mut hash = Sha256::new();
        hash.update([0]);
        hash.update(data);
        Self(hash.finalize().into())
    }

    fn node(left: Self, right: Self) -> Self {
        let mut hash = Sha256::new();
        hash.update([1]);
        hash.update(left.0);
        hash.update(right.0);
        Self(hash.finalize().into())
    }

    /// From base64, in its one encoding.
    pub(crate) fn from_base64(text: &str) -> Option<Self> {
        let bytes = BASE64_STANDARD.decode(text).ok()?;
        Some(Self(bytes.try_into().ok()?))
    }
}

/// In base64, as checkpoints have it.
impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE64_STANDARD.encode(self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A tree that grows leaf by leaf: the roots of its full subtrees, largest first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Frontier {
    size: u64,
    subtrees: Vec<Hash>,
}

impl Frontier {
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf. Tells of every full subtree that it completes, by its height and its position at that height.
    pub(crate) fn push(&mut self, leaf: Hash, mut completed: impl FnMut(u32, u64, Hash)) {
        completed(0, self.size, leaf);
        let mut hash = leaf;
        for level in 0..self.size.trailing_ones() {
            // One subtree for each bit of the size, so there is one to take for each of its low ones.
            let Some(left) = self.subtrees.pop() else {
                break;
            };
            hash = Hash::node(left, hash);
            completed(level + 1, self.size >> (level + 1), hash);
        }
        self.subtrees.push(hash);
        self.size += 1;
    }

    pub(crate) fn root(&self) -> Hash {
        let mut subtrees = self.subtrees.iter().rev().copied();
        let Some(smallest) = subtrees.next() else {
            return Hash::empty();
        };
        subtrees.fold(smallest, |right, left| Hash::node(left, right))
    }
}

/// A tile: its level, its position at that level, and how many hashes it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Tile {
    pub(crate) level: u32,
    pub(crate) index: u64,
    /// 1 to 256.
    pub(crate) width: u64,
}

impl Tile {
    /// The tiles that a tree of that size has: full ones, and the last of each level.
    pub(crate) fn all(size: u64) -> Vec<Self> {
        let mut tiles = Vec::new();
        let mut hashes = size;
        let mut level = 0;
        while hashes > 0 {
            tiles.extend((0..hashes / TILE).map(|index| Self {
                level,
                index,
                width: TILE,
            }));
            tiles.extend(Self::partial(level, hashes));
            hashes /= TILE;
            level += 1;
        }
        tiles
    }

    /// The tiles that are there for the first time in a tree of that size.
    pub(crate) fn new_at(size: u64) -> Vec<Self> {
        let mut tiles = Vec::new();
        let mut hashes = size;
        let mut level = 0;
        while hashes > 0 {
            tiles.push(Self {
                level,
                index: (hashes - 1) / TILE,
                width: (hashes - 1) % TILE + 1,
            });
            if !hashes.is_multiple_of(TILE) {
                break;
            }
            hashes /= TILE;
            level += 1;
        }
        tiles
    }

    fn partial(level: u32, hashes: u64) -> Option<Self> {
        (!hashes.is_multiple_of(TILE)).then_some(Self {
            level,
            index: hashes / TILE,
            width: hashes % TILE,
        })
    }

    /// The tile with a subtree's hash, in a tree of that size.
    fn holding(height: u32, position: u64, size: u64) -> Self {
        let level = height / TILE_LEVELS;
        let first = position << (height % TILE_LEVELS);
        let index = first / TILE;
        let hashes = size.checked_shr(level * TILE_LEVELS).unwrap_or(0);
        let width = hashes.saturating_sub(index * TILE).min(TILE);
        Self {
            level,
            index,
            width,
        }
    }

    /// Its path: groups of three digits, all but the last with an `x` before them.
    pub(crate) fn path(self) -> String {
        let mut path = format!("{:03}", self.index % 1000);
        let mut rest = self.index / 1000;
        while rest > 0 {
            path = format!("x{:03}/{path}", rest % 1000);
            rest /= 1000;
        }
        let path = format!("tile/{}/{path}", self.level);
        if self.width == TILE {
            path
        } else {
            format!("{path}.p/{}", self.width)
        }
    }

    /// From a path, if that is the path of a tile.
    pub(crate) fn from_path(path: &str) -> Option<Self> {
        let rest = path.strip_prefix("tile/")?;
        let (level, rest) = rest.split_once('/')?;
        let level = level.parse().ok().filter(|level| *level < 8)?;
        let (digits, width) = match rest.split_once(".p/") {
            Some((digits, width)) => (digits, width.parse().ok()?),
            None => (rest, TILE),
        };
        let mut index: u64 = 0;
        for part in digits.split('/') {
            let part: u64 = part.strip_prefix('x').unwrap_or(part).parse().ok()?;
            index = index.checked_mul(1000)?.checked_add(part)?;
        }
        let tile = Self {
            level,
            index,
            width,
        };
        // One path for each tile, whatever parses.
        ((1..=TILE).contains(&width) && tile.path() == path).then_some(tile)
    }
}

/// Where the tiles of a tree come from.
pub(crate) trait Tiles {
    /// Why one cannot be had.
    type Error;

    /// The bytes of a tile: as many hashes as its width says.
    fn tile(&mut self, tile: Tile) -> Result<Vec<u8>, Self::Error>;
}

/// A tree, read through its tiles, of which those that were read are kept.
pub(crate) struct Tree<T> {
    tiles: T,
    size: u64,
    read: BTreeMap<Tile, Vec<u8>>,
}

impl<T: Tiles> Tree<T> {
    pub(crate) fn new(tiles: T, size: u64) -> Self {
        Self {
            tiles,
            size,
            read: BTreeMap::new(),
        }
    }

    /// The bytes of a tile of this tree.
    pub(crate) fn tile(&mut self, tile: Tile) -> Result<&[u8], T::Error> {
        if let std::collections::btree_map::Entry::Vacant(vacant) = self.read.entry(tile) {
            vacant.insert(self.tiles.tile(tile)?);
        }
        Ok(self.read.get(&tile).map_or(&[], Vec::as_slice))
    }

    /// The hash of a full subtree.
    fn subtree(&mut self, height: u32, position: u64) -> Result<Hash, T::Error> {
        let tile = Tile::holding(height, position, self.size);
        let within = height % TILE_LEVELS;
        let start = (position << within) % TILE;
        let bytes = self.tile(tile)?;
        let mut hashes: Vec<Hash> = bytes
            .chunks_exact(HASH)
            .skip(usize::try_from(start).unwrap_or(usize::MAX))
            .take(1 << within)
            .map(|bytes| Hash(bytes.try_into().unwrap_or([0; HASH])))
            .collect();
        while hashes.len() > 1 {
            hashes = hashes
                .chunks(2)
                .map(|pair| match *pair {
                    [left, right] => Hash::node(left, right),
                    _ => Hash::empty(),
                })
                .collect();
        }
        Ok(hashes.first().copied().unwrap_or_else(Hash::empty))
    }

    /// The hash of a leaf.
    pub(crate) fn leaf(&mut self, index: u64) -> Result<Hash, T::Error> {
        self.subtree(0, index)
    }

    /// The full subtrees of the leaves `from..to`, of which `from` is a multiple of the largest.
    fn cover(&mut self, from: u64, to: u64) -> Result<Vec<Hash>, T::Error> {
        let mut hashes = Vec::new();
        let mut at = from;
        while at < to {
            let height = (to - at).ilog2();
            hashes.push(self.subtree(height, at >> height)?);
            at += 1 << height;
        }
        Ok(hashes)
    }

    fn hash(&mut self, from: u64, to: u64) -> Result<Hash, T::Error> {
        let hashes = self.cover(from, to)?;
        let mut hashes = hashes.into_iter().rev();
        Ok(match hashes.next() {
            None => Hash::empty(),
            Some(smallest) => hashes.fold(smallest, |right, left| Hash::node(left, right)),
        })
    }

    /// The tree as far as its last leaf, ready to grow.
    pub(crate) fn frontier(&mut self) -> Result<Frontier, T::Error> {
        let subtrees = self.cover(0, self.size)?;
        Ok(Frontier {
            size: self.size,
            subtrees,
        })
    }

    /// The hashes that prove that the tree of `old` leaves is the beginning of this one (RFC 6962, section 2.1.2).
    pub(crate) fn consistency(&mut self, old: u64) -> Result<Vec<Hash>, T::Error> {
        let mut proof = Vec::new();
        if old == 0 || old >= self.size {
            return Ok(proof);
        }
        let (mut from, mut to, mut old, mut whole) = (0, self.size, old, true);
        let mut behind = Vec::new();
        while old != to - from {
            let half = 1 << (to - from - 1).ilog2();
            if old <= half {
                behind.push(self.hash(from + half, to)?);
                to = from + half;
            } else {
                behind.push(self.hash(from, from + half)?);
                from += half;
                old -= half;
                whole = false;
            }
        }
        if !whole {
            proof.push(self.hash(from, to)?);
        }
        proof.extend(behind.into_iter().rev());
        Ok(proof)
    }
}

/// Whether the proof shows that a tree of `old` leaves with that root is the beginning of one of `new` leaves (RFC 9162, section
/// 2.1.4.2).
pub(crate) fn consistent(old: (u64, Hash), new: (u64, Hash), proof: &[Hash]) -> bool {
    let ((old_size, old_root), (new_size, new_root)) = (old, new);
    if old_size > new_size {
        return false;
    }
    if old_size == 0 {
        return proof.is_empty() && old_root == Hash::empty();
    }
    if old_size == new_size {
        return proof.is_empty() && old_root == new_root;
    }
    let mut path = proof.iter().copied();
    let first = if old_size.is_power_of_two() {
        Some(old_root)
    } else {
        path.next()
    };
    let Some(first) = first else {
        return false;
    };
    let shift = (old_size - 1).trailing_ones();
    let (mut at, mut last) = ((old_size - 1) >> shift, (new_size - 1) >> shift);
    let (mut left, mut all) = (first, first);
    for hash in path {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            left = Hash::node(hash, left);
            all = Hash::node(hash, all);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            all = Hash::node(all, hash);
        }
        at >>= 1;
        last >>= 1;
    }
    left == old_root && all == new_root && last == 0
}

#[cfg(test)]
#[expect(clippy::cast_possible_truncation, reason = "small trees")]
mod tests {
    use std::convert::Infallible;

    use tlog_tiles::{HashReader, tlog};

    use super::*;

    /// Tiles made from a frontier.
    #[derive(Default)]
    struct Grown {
        frontier: Frontier,
        levels: Vec<Vec<u8>>,
    }

    impl Grown {
        fn push(&mut self, leaf: Hash) {
            let levels = &mut self.levels;
            self.frontier.push(leaf, |height, _, hash| {
                if height % 8 == 0 {
                    levels.resize_with(levels.len().max(height as usize / 8 + 1), Vec::new);
                    levels[height as usize / 8].extend(hash.0);
                }
            });
        }
    }

    impl Tiles for &Grown {
        type Error = Infallible;

        fn tile(&mut self, tile: Tile) -> Result<Vec<u8>, Infallible> {
            let start = (tile.index * 256 * 32) as usize;
            let end = start + tile.width as usize * 32;
            Ok(self.levels[tile.level as usize][start..end].to_vec())
        }
    }

    /// The hashes as the other implementation stores them.
    #[derive(Default)]
    struct Other(Vec<tlog::Hash>);

    impl HashReader for Other {
        fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog::Hash>, tlog::Error> {
            Ok(indexes
                .iter()
                .map(|index| self.0[*index as usize])
                .collect())
        }
    }

    fn hash_of_hex(hex: &str) -> Hash {
        let byte = |at: usize| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap();
        Hash(std::array::from_fn(byte))
    }

    #[test]
    fn roots_are_those_of_certificate_transparency() {
        // The leaves and roots of the reference implementation's tests (certificate-transparency, merkletree/merkle_tree_test.cc).
        let leaves: [&[u8]; 8] = [
            b"",
            b"\x00",
            b"\x10",
            b"\x20\x21",
            b"\x30\x31",
            b"\x40\x41\x42\x43",
            b"\x50\x51\x52\x53\x54\x55\x56\x57",
            b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
        ];
        let roots = [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ];
        let mut frontier = Frontier::default();
        assert_eq!(
            frontier.root(),
            hash_of_hex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        );
        for (leaf, root) in leaves.into_iter().zip(roots) {
            frontier.push(Hash::leaf(leaf), |_, _, _| {});
            assert_eq!(frontier.root(), hash_of_hex(root));
        }
    }

    #[test]
    fn agrees_with_another_implementation() {
        let mut grown = Grown::default();
        let mut other = Other::default();
        let mut roots = vec![Hash::empty()];
        for size in 1..=600_u64 {
            let data = size.to_be_bytes();
            grown.push(Hash::leaf(&data));
            let hashes = tlog::stored_hashes(size - 1, &data, &other).unwrap();
            other.0.extend(hashes);
            let root = tlog::tree_hash(size, &other).unwrap();
            assert_eq!(grown.frontier.root().0, root.0, "root at {size}");
            roots.push(grown.frontier.root());
            let new: Vec<String> = Tile::new_at(size).into_iter().map(Tile::path).collect();
            let theirs: Vec<String> = tlog_tiles::Tile::new_tiles(8, size - 1, size)
                .iter()
                .map(|tile| tile.path().replace("tile/8/", "tile/"))
                .collect();
            assert_eq!(new, theirs, "tiles at {size}");
            let mut tree = Tree::new(&grown, size);
            assert_eq!(tree.frontier().unwrap().root(), roots[size as usize]);
            for old in [1, 2, 3, size / 3, size / 2, size - 1, size] {
                if old == 0 || old > size {
                    continue;
                }
                let proof = tree.consistency(old).unwrap();
                let (old_root, root) = (roots[old as usize], roots[size as usize]);
                assert!(
                    consistent((old, old_root), (size, root), &proof),
                    "{old} of {size}"
                );
                let theirs: Vec<tlog::Hash> = proof.iter().map(|hash| tlog::Hash(hash.0)).collect();
                let theirs = tlog::check_tree(
                    &theirs,
                    size,
                    tlog::Hash(root.0),
                    old,
                    tlog::Hash(old_root.0),
                );
                assert!(theirs.is_ok(), "{old} of {size}");
                // Another old root, another new one, and a proof with a flipped bit do not hold.
                let wrong = Hash::leaf(b"wrong");
                assert!(!consistent((old, wrong), (size, root), &proof));
                assert!(!consistent((old, old_root), (size, wrong), &proof));
                if let Some(last) = proof.len().checked_sub(1) {
                    let mut bent = proof.clone();
                    bent[last].0[0] ^= 1;
                    assert!(!consistent((old, old_root), (size, root), &bent));
                    assert!(!consistent((old, old_root), (size, root), &proof[..last]));
                }
            }
        }
    }

    #[test]
    fn paths_have_one_form() {
        let tile = Tile {
            level: 2,
            index: 1_234_067,
            width: 256,
        };
        assert_eq!(tile.path(), "tile/2/x001/x234/067");
        assert_eq!(Tile::from_path("tile/2/x001/x234/067"), Some(tile));
        let partial = Tile {
            level: 0,
            index: 0,
            width: 7,
        };
        assert_eq!(Tile::from_path(&partial.path()), Some(partial));
        for wrong in [
            "tile/0/000.p/0",
            "tile/0/000.p/256",
            "tile/0/000.p/07",
            "tile/0/00",
            "tile/0/x000/001",
            "tile/00/000",
            "tile/9/000",
            "tile/0/+01",
            "tile/0/000.p/257",
            "tile/0/",
            "tile/0/000/",
            "tile/0/1234",
        ] {
            assert_eq!(Tile::from_path(wrong), None, "{wrong}");
        }
    }
}
