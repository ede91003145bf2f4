using System.Text;
using Maas.Images.Archives;
using Maas.Images.ArchiveTrees;
using Maas.Images.ByteSources;
using Maas.Images.Ephemeral;
using Maas.Images.Inspection;
using Maas.Images.Primitives;

namespace Maas.Fuzz.Tests.Images;

/// <summary>What an image is: programs, kernels and their modules, and the files by which a system or a medium tells what it is.</summary>
internal static class ProgramTargets
{
    private static readonly string[] s_told =
    [
        "etc/os-release",
        "usr/lib/python3/dist-packages/cloudinit/version.py",
        "etc/cloud/cloud.cfg.d/90_dpkg.cfg",
        ".treeinfo",
        ".disk/info"
    ];

    public static IEnumerable<FuzzTarget> All =>
    [
        new("elf", Reading.Case(Elf))
        {
            Seeds = [Program()],
            Words = [[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f], [.. ".modinfo\0"u8], [1, 0], [5, 0]],
            Longest = 2000,
            MostAllocated = 4 << 20,
            Cases = 50_000
        },
        new("kernel-module", Reading.Case(static input => _ = KernelModule.Read("kernel/a.ko", input.ToArray(), out _)))
        {
            Seeds = [Program()],
            Words = [[.. "depends=a,b\0"u8], [.. "alias=pci:v*\0"u8]],
            Longest = 2000,
            MostAllocated = 160 << 20,
            Cases = 50_000
        },
        new("linux-kernel", Reading.Case(static input => _ = LinuxKernel.Identify(new MemoryStream(input.ToArray()))))
        {
            Seeds = [Kernel()],
            Words = [[.. "HdrS"u8], [0x55, 0xaa], [.. "ARM\u0064"u8], [0x1f, 0x8b, 8], [0xff, 0xff]],
            Longest = 1200,
            MostAllocated = 160 << 20,
            Cases = 50_000
        },
        new("system", Reading.Case(Describe))
        {
            Seeds = [.. s_told.Select((_, i) => (byte[])[(byte)i, .. Told(i)])],
            Words =
            [
                .. "VERSION_ID=|ID=|\"|'|\\|[general]\n|[images-x86_64]\n|kernel=|../../|=|#|datasource_list: [|\n".Split('|')
                    .Select(Encoding.UTF8.GetBytes)
            ],
            MostAllocated = 8 << 20,
            Cases = 5_000,
        },
    ];

    private static void Elf(ReadOnlySpan<byte> input)
    {
        var elf = new ElfFile(input.ToArray());
        _ = elf.ReadSection(".modinfo"u8).Length;
        _ = elf.ReadDynamic();
    }

    // A tree with the files by which it tells what it is: one of them is the input, the others as they should be.
    private static void Describe(ReadOnlySpan<byte> input)
    {
        if (input.IsEmpty) return;
        using var archive = new MemoryStream();
        using (var cpio = new CpioWriter(archive, leaveOpen: true))
        {
            for (var i = 0; i < s_told.Length; i++)
                cpio.WriteFile(s_told[i], i == input[0] % s_told.Length ? input[1..].ToArray() : Told(i));
            cpio.WriteFile("boot/vmlinuz-6.1.0", Kernel());
            cpio.WriteFile("vmlinuz", Kernel());
            cpio.WriteFile("initrd", "070701"u8.ToArray());
        }

        using var scratch = new UnpackedFiles(Path.GetTempPath(), 1 << 20);
        var tree = CpioIndex.Open(new MemoryBytes(archive.ToArray()), scratch);
        _ = ImageInspector.Describe(tree);
        _ = InstallMedia.Classify(tree);
    }

    private static byte[] Told(int which) => Encoding.UTF8.GetBytes(which switch
    {
        0 => "ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME='Debian 12'\n# comment\n",
        1 => "__VERSION__ = \"24.1\"\n",
        2 => "datasource_list: [ NoCloud, MAAS, None ]\n",
        3 => "[general]\nname = Rocky 9\narch = x86_64\n[images-x86_64]\nkernel = vmlinuz\ninitrd = initrd\n",
        _ => "Debian GNU/Linux 12 amd64 NETINST\n",
    });

    private static byte[] Kernel()
    {
        var kernel = new byte[1000];
        kernel[0x1F1] = 1;
        (kernel[0x1FE], kernel[0x1FF], kernel[0x20F]) = (0x55, 0xAA, 1);
        "HdrS"u8.CopyTo(kernel.AsSpan(0x202));
        "6.1.0 (a@b) #1\0"u8.CopyTo(kernel.AsSpan(0x300));
        return kernel;
    }

    // ELF-64 with an interpreter, one needed library, and a module's facts.
    private static byte[] Program()
    {
        var elf = new byte[900];
        "\u007fELF\u0002\u0001\u0001"u8.CopyTo(elf);
        var fields = elf.AsSpan();
        (fields[16], fields[18], fields[54], fields[56], fields[58], fields[60], fields[62]) = (3, 62, 56, 3, 64, 3, 1);
        fields.U64(32, 64);
        fields.U64(40, 232);
        Segment(0, type: 1, offset: 0, length: 900);
        Segment(1, type: 2, offset: 500, length: 64);
        Segment(2, type: 3, offset: 600, length: 20);
        fields.U64(500, 1);
        fields.U64(508, 1);
        fields.U64(516, 5);
        fields.U64(524, 640);
        "/lib/ld.so\0"u8.CopyTo(fields[600..]);
        "\0libc.so.6\0"u8.CopyTo(fields[640..]);
        Section(1, name: 0, offset: 700, length: 60);
        Section(2, name: 1, offset: 800, length: 60);
        "\0.modinfo\0"u8.CopyTo(fields[700..]);
        "alias=pci:v00001\0depends=a,b\0name=module\0firmware=x.bin\0"u8.CopyTo(fields[800..]);
        return elf;

        void Segment(int number, int type, int offset, int length)
        {
            var at = elf.AsSpan(64 + (number * 56));
            at.U32(0, (uint)type);
            at.U64(8, (ulong)offset);
            at.U64(16, (ulong)offset);
            at.U64(32, (ulong)length);
        }

        void Section(int number, int name, int offset, int length)
        {
            var at = elf.AsSpan(232 + (number * 64));
            at.U32(0, (uint)name);
            at.U64(24, (ulong)offset);
            at.U64(32, (ulong)length);
        }
    }
}
