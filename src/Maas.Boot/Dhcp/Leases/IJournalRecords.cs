using System.Buffers;

namespace Maas.Boot.Dhcp.Leases;

/// <summary>How one kind of record stands in a <see cref="JournalFile{TKey, TRecord, TFormat}"/>.</summary>
internal interface IJournalRecords<TKey, TRecord>
{
    /// <summary>The 8 octets a file of these records begins with.</summary>
    static abstract ReadOnlySpan<byte> Header { get; }

    /// <summary>What a record is about.</summary>
    static abstract TKey KeyOf(in TRecord record);

    /// <summary>Writes one record.</summary>
    static abstract void Write(ArrayBufferWriter<byte> output, in TRecord record);

    /// <summary>Reads the next record of a payload.</summary>
    /// <returns><see langword="false"/> when what is left is no record.</returns>
    static abstract bool TryRead(ref ReadOnlySpan<byte> payload, out TRecord record);
}
