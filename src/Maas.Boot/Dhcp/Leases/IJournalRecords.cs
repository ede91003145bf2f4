using System.Buffers;

namespace Maas.Boot.Dhcp.Leases;

/// <summary>How one kind of record is written in a <see cref="JournalFile{TKey, TRecord, TFormat}"/>.</summary>
internal interface IJournalRecords<TKey, TRecord>
{
    /// <summary>The 8 octets a file of these records begins with; the last is the version that is written.</summary>
    static abstract ReadOnlySpan<byte> Header { get; }

    /// <summary>What a record is about.</summary>
    static abstract TKey KeyOf(in TRecord record);

    /// <summary>Writes one record.</summary>
    static abstract void Write(ArrayBufferWriter<byte> output, in TRecord record);

    /// <summary>Reads the next record of a payload.</summary>
    /// <param name="payload">What is left, from here on.</param>
    /// <param name="version">The version that wrote it, from 1 to the one that is written.</param>
    /// <param name="record">The record.</param>
    /// <returns><see langword="false"/> when what is left is no record.</returns>
    static abstract bool TryRead(ref ReadOnlySpan<byte> payload, byte version, out TRecord record);
}
