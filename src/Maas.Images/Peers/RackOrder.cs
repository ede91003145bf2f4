using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Maas.Images.Peers;

/// <summary>
/// Which host of a rack fetches a blob from outside of it: rendezvous hashing (highest random weight). Each host has a weight for each
/// blob, the first 8 bytes of SHA-256 over digest and host; the heaviest one that runs fetches, and the next one when it is gone.
/// </summary>
/// <remarks>
/// The order of two hosts depends on nothing but the blob and their ids. So hosts that see different hosts run still do not wait for each
/// other in a circle: each waits for heavier ones alone. When a host goes or comes, other blobs keep the host that fetches them.
/// </remarks>
internal static class RackOrder
{
    /// <summary>The hosts in order; the first fetches.</summary>
    /// <param name="digest">The blob.</param>
    /// <param name="members">The ids of the hosts of the rack that run.</param>
    public static IReadOnlyList<string> Of(Sha256Digest digest, IEnumerable<string> members) =>
    [
        .. members.Distinct(StringComparer.Ordinal).Select(member => (Id: member, Weight: WeightOf(digest, member)))
            .OrderByDescending(member => member.Weight).ThenBy(member => member.Id, StringComparer.Ordinal).Select(member => member.Id),
    ];

    /// <summary>The hosts that a host waits for before it fetches a blob itself, the one that fetches first in front.</summary>
    /// <param name="digest">The blob.</param>
    /// <param name="self">The id of the host.</param>
    /// <param name="others">The ids of the other hosts of its rack that run.</param>
    public static IReadOnlyList<string> Before(Sha256Digest digest, string self, IEnumerable<string> others) =>
        [.. Of(digest, [self, .. others]).TakeWhile(member => member != self)];

    private static ulong WeightOf(Sha256Digest digest, string member) =>
        BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{digest} {member}")));
}
