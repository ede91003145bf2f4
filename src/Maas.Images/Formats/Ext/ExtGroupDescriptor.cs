using Maas.Images.Primitives;

namespace Maas.Images.Formats.Ext;

/// <summary>A group's descriptor; <see cref="ExtGroups"/> has the picture.</summary>
internal readonly ref struct ExtGroupDescriptor(ReadOnlySpan<byte> raw)
{
    public const ushort InodesUninitialized = 1, BlocksUninitialized = 2, InodesZeroed = 4;

    private readonly ReadOnlySpan<byte> _raw = raw;

    public long BlockBitmap => Wide(0, 32);

    public long InodeBitmap => Wide(4, 36);

    public long InodeTable => Wide(8, 40);

    public int FreeBlocks => Counter(12, 44);

    public int FreeInodes => Counter(14, 46);

    public int Directories => Counter(16, 48);

    public int UnusedInodes => Counter(28, 50);

    public ushort Flags => _raw.U16(18);

    private long Wide(int low, int high) => _raw.U32(low) | (_raw.Length >= 64 ? (long)_raw.U32(high) << 32 : 0);

    private int Counter(int low, int high) => _raw.U16(low) | (_raw.Length >= 64 ? _raw.U16(high) << 16 : 0);
}

/// <summary>A group's descriptor within its block, to be changed.</summary>
internal readonly ref struct ExtGroupDescriptorEdit(Span<byte> raw)
{
    private readonly Span<byte> _raw = raw;

    public ExtGroupDescriptor Values => new(_raw);

    public long BlockBitmap { set => Wide(0, 32, value); }

    public long InodeBitmap { set => Wide(4, 36, value); }

    public long InodeTable { set => Wide(8, 40, value); }

    public int FreeBlocks { set => Counter(12, 44, value); }

    public int FreeInodes { set => Counter(14, 46, value); }

    public int Directories { set => Counter(16, 48, value); }

    public int UnusedInodes { set => Counter(28, 50, value); }

    public ushort Flags { set => _raw.U16(18, value); }

    public uint BlockBitmapChecksum { set => Split(24, 56, value); }

    public uint InodeBitmapChecksum { set => Split(26, 58, value); }

    public void SetChecksum(ExtSuperblock super, int group)
    {
        if (super.HasChecksums) _raw.U16(30, ExtGroups.Checksum(super, group, _raw));
        else if (super.Has(ExtReadOnlyCompat.GroupChecksums)) _raw.U16(30, ExtGroups.OldChecksum(super, group, _raw));
    }

    private void Wide(int low, int high, long value)
    {
        _raw.U32(low, (uint)value);
        if (_raw.Length >= 64) _raw.U32(high, (uint)(value >> 32));
    }

    private void Counter(int low, int high, int value) => Split(low, high, (uint)value);

    private void Split(int low, int high, uint value)
    {
        _raw.U16(low, (ushort)value);
        if (_raw.Length >= 64) _raw.U16(high, (ushort)(value >> 16));
    }
}
