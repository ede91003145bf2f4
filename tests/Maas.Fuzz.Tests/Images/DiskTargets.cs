using Maas.Images.ByteSources;
using Maas.Images.Formats.Qcow2;
using Maas.Images.Formats.Vhd;
using Maas.Images.Formats.Vhdx;
using Maas.Images.Formats.Vmdk;

namespace Maas.Fuzz.Tests.Images;

/// <summary>What a disk is wrapped in and how it is divided, and the telling of one from another.</summary>
internal static class DiskTargets
{
    public static IEnumerable<FuzzTarget> All =>
    [
        Reading.Of("partitions", Reading.Disk, SampleImage.Read("gpt", Seals.Gpt), SampleImage.Read("gpt"), SampleImage.Read("mbr")),
        Reading.Of(
            "qcow2",
            bytes => Read(new Qcow2Bytes(bytes)),
            SampleImage.Read("qcow2"),
            SampleImage.Read("qcow2-zstd"),
            SampleImage.Read("qcow2-v2")) with
        {
            Cases = 20_000
        },
        Reading.Of(
            "vhd", bytes => Read(VhdBytes.Open(bytes)), SampleImage.Read("vhd", Seals.Vhd), SampleImage.Read("vhd-fixed", Seals.Vhd)) with
        {
            Cases = 20_000
        },
        Reading.Of(
            "vhdx",
            bytes => Read(VhdxBytes.Open(bytes)),
            SampleImage.Read("vhdx", Seals.Vhdx),
            SampleImage.Read("vhdx-log", Seals.Vhdx)) with
        {
            Cases = 5_000
        },
        Reading.Of("vmdk", bytes => Read(new VmdkBytes(bytes)), SampleImage.Read("vmdk"), SampleImage.Read("vmdk-stream")) with
        {
            Cases = 10_000
        },
        new("disk-image", Reading.Case(static input => Reading.Disk(new MemoryBytes(input.ToArray()))))
        {
            Seeds =
            [
                [.. "QFI\xfb"u8, 0, 0, 0, 3],
                [.. "vhdxfile"u8],
                [.. "conectix"u8],
                [.. "KDMV"u8, 1, 0, 0, 0],
                [.. "hsqs"u8],
                [.. "070701"u8],
                new byte[600]
            ],
            Words =
            [
                [.. "# Disk DescriptorFile"u8],
                [.. "ustar"u8],
                [0x55, 0xaa],
                [0x53, 0xef],
                [.. "CD001"u8],
                [.. "EFI PART"u8],
                [0xeb, 0x3c, 0x90],
                [.. "LUKS"u8]
            ],
            Longest = 3000,
            MostAllocated = Reading.MostAllocated,
            Cases = 50_000,
        },
    ];

    private static void Read(RandomAccessSource disk)
    {
        using var whole = disk.OpenStream();
        Reading.Some(whole);
        for (long at = 0; at < Math.Min(disk.Length, 1 << 20); at += 9000)
        {
            whole.Position = at;
            _ = whole.ReadByte();
            disk.IsZero(at, Math.Min(9000, disk.Length - at));
        }
    }
}
