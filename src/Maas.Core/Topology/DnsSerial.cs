using Maas.Core.Records;

namespace Maas.Core.Topology;

/// <summary>
/// The one record that every change of DNS names changes too: a rule that was evaluated on all names holds only if its version still is
/// current, and who shows the names knows by it that they have changed.
/// </summary>
internal sealed record DnsSerial : StoredRecord
{
    public const long OnlyId = 1;

    /// <summary>The serial number that an operator set; <see langword="null"/> for none.</summary>
    public uint? Value { get; init; }

    /// <summary>When it was set.</summary>
    public DateTimeOffset SetAt { get; init; }
}
