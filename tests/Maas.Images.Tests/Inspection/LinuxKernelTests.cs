using CsCheck;
using Maas.Images.Inspection;
using static Maas.Images.Tests.Inspection.SampleImages;

namespace Maas.Images.Tests.Inspection;

public sealed class LinuxKernelTests
{
    [Fact]
    public void A_kernel_is_known_by_its_header()
    {
        Identify(X86Kernel("6.1.0-18-amd64")).Should().Be(new LinuxKernel("amd64", "6.1.0-18-amd64"));
        Identify(X86Kernel("3.2.0", wide: false)).Should().Be(new LinuxKernel("i386", "3.2.0"));
        Identify(Arm64Kernel(packed: false)).Should().Be(new LinuxKernel("arm64", null));
        Identify(Arm64Kernel(packed: true)).Should().Be(new LinuxKernel("arm64", null));
        Identify(Elf(21)).Should().Be(new LinuxKernel("ppc64el", null));
        Identify(Zboot(0xAA64)).Should().Be(new LinuxKernel("arm64", null));
        Identify(Zboot(0x5064)).Should().Be(new LinuxKernel("riscv64", null));
    }

    [Fact]
    public void What_is_no_kernel_is_none()
    {
        Identify([]).Should().BeNull();
        Identify(Elf(62)).Should().BeNull();
        Identify(Initrd).Should().BeNull();
        Identify(Zboot(0x1234)).Should().BeNull();
    }

    [Fact]
    public void A_version_that_lies_outside_the_header_is_none()
    {
        var kernel = X86Kernel("6.1");
        (kernel[0x20E], kernel[0x20F]) = (0xFF, 0xFF);
        Identify(kernel).Should().Be(new LinuxKernel("amd64", null));
        (kernel[0x20E], kernel[0x20F]) = (0, 0x30);
        kernel[0x3201] = 0x1B;
        Identify(kernel).Should().Be(new LinuxKernel("amd64", null), "a version has no escape sequences");
    }

    [Fact]
    public void No_bytes_make_it_throw()
    {
        byte[][] kernels = [X86Kernel("6.1"), Zboot(0xAA64), Elf(21), Arm64Kernel(packed: false)];
        Gen.Select(Gen.Int[0, kernels.Length - 1], Gen.Int[0, 1000], Gen.Byte, Gen.Int[0, 1000]).Sample((kernel, at, value, length) =>
        {
            var damaged = kernels[kernel].ToArray();
            damaged[at] = value;
            LinuxKernel.Identify(damaged.AsSpan());
            LinuxKernel.Identify(damaged.AsSpan(0, length));
        });
    }

    [Theory]
    [InlineData(3, false, true, 0, "i386")]
    [InlineData(62, true, true, 0, "amd64")]
    [InlineData(183, true, true, 0, "arm64")]
    [InlineData(40, false, true, 0x5000400, "armhf")]
    [InlineData(40, false, true, 0x5000200, "armel")]
    [InlineData(21, true, true, 0, "ppc64el")]
    [InlineData(21, true, false, 0, "ppc64")]
    [InlineData(22, true, false, 0, "s390x")]
    [InlineData(243, true, true, 0, "riscv64")]
    [InlineData(9999, true, true, 0, null)]
    public void A_programs_processor_has_Debians_name(int machine, bool wide, bool little, uint flags, string? name) =>
        MachineArchitecture.OfElf(Elf((ushort)machine, wide, little, flags)).Should().Be(name);

    private static LinuxKernel? Identify(byte[] kernel) => LinuxKernel.Identify(new MemoryStream(kernel));

    private static byte[] Zboot(ushort machine)
    {
        var kernel = new byte[1024];
        "MZ\0\0zimg"u8.CopyTo(kernel);
        kernel[0x3C] = 0x80;
        "PE\0\0"u8.CopyTo(kernel.AsSpan(0x80));
        System.Buffers.Binary.BinaryPrimitives.WriteUInt16LittleEndian(kernel.AsSpan(0x84), machine);
        return kernel;
    }
}
