namespace Maas.Boot.Net;

/// <summary>Octets that senders choose, as a key of a dictionary: a client, a relay's circuit, an address.</summary>
internal readonly struct OctetKey(ReadOnlySpan<byte> octets) : IEquatable<OctetKey>
{
    private readonly byte[]? _octets = octets.ToArray();

    /// <summary>Finds keys by their octets, without making a key.</summary>
    public static IEqualityComparer<OctetKey> Comparer { get; } = new OctetComparer();

    public ReadOnlySpan<byte> Octets => _octets;

    public bool Equals(OctetKey other) => Octets.SequenceEqual(other.Octets);

    public override bool Equals(object? obj) => obj is OctetKey other && Equals(other);

    public override int GetHashCode() => Hash(Octets);

    public override string ToString() => Convert.ToHexStringLower(Octets);

    /// <summary>The hash of octets. The runtime's hash is randomised, so that a sender cannot choose keys that collide.</summary>
    public static int Hash(ReadOnlySpan<byte> octets)
    {
        var hash = default(HashCode);
        hash.AddBytes(octets);
        return hash.ToHashCode();
    }

    private sealed class OctetComparer : IEqualityComparer<OctetKey>, IAlternateEqualityComparer<ReadOnlySpan<byte>, OctetKey>
    {
        public bool Equals(OctetKey x, OctetKey y) => x.Equals(y);

        public int GetHashCode(OctetKey obj) => obj.GetHashCode();

        public bool Equals(ReadOnlySpan<byte> alternate, OctetKey other) => alternate.SequenceEqual(other.Octets);

        public int GetHashCode(ReadOnlySpan<byte> alternate) => Hash(alternate);

        public OctetKey Create(ReadOnlySpan<byte> alternate) => new(alternate);
    }
}
