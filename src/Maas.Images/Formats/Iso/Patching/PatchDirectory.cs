namespace Maas.Images.Formats.Iso.Patching;

/// <summary>A directory's records, to be changed and written back.</summary>
/// <param name="Block">Its position.</param>
/// <param name="Size">Bytes of its records, whole sectors.</param>
/// <param name="Parent">The directory it was found in; null for the root.</param>
/// <param name="IsMoved">Whether it was found through a record that only stands in for it.</param>
/// <param name="Records">With "." and "..".</param>
internal sealed record PatchDirectory(uint Block, uint Size, PatchDirectory? Parent, bool IsMoved, List<PatchRecord> Records)
{
    private const int Sector = IsoVolume.SectorSize;

    /// <summary>The first of a file's records and how many there are, one for each extent.</summary>
    public (int At, int Count)? Find(Func<PatchRecord, bool> isIt)
    {
        var at = Records.FindIndex(record => !record.IsDotName && isIt(record));
        if (at < 0) return null;
        var count = 1;
        while (Records[at + count - 1].GoesOn && at + count < Records.Count) count++;
        return (at, count);
    }

    /// <summary>Puts a new record where the order of names wants it.</summary>
    public void Insert(PatchRecord record)
    {
        var at = Records.FindIndex(known => !known.IsDotName && known.Identifier.SequenceCompareTo(record.Identifier) > 0);
        Records.Insert(at < 0 ? Records.Count : at, record);
    }

    /// <summary>The records as they are on disk: none crosses a sector, zeros behind the last of each.</summary>
    public byte[] Pack()
    {
        var length = 0;
        foreach (var record in Records) length = After(length, record);
        var packed = new byte[(length + Sector - 1) / Sector * Sector];
        length = 0;
        foreach (var record in Records)
        {
            length = After(length, record);
            record.Bytes.CopyTo(packed, length - record.Bytes.Length);
        }

        return packed;
    }

    private static int After(int length, PatchRecord record) =>
        ((length % Sector) + record.Bytes.Length > Sector ? (length + Sector - 1) / Sector * Sector : length) + record.Bytes.Length;
}
