using System.Buffers.Binary;
using System.Text;
using CsCheck;
using Maas.Images.Debian;
using Maas.Judges;

namespace Maas.Images.Tests.Debian;

public class ShimTests
{
    [Fact]
    public void Debians_shim_is_of_a_safe_generation()
    {
        var path = Judge.RequireFile("/usr/lib/shim/shimx64.efi.signed", "shim-signed");
        Shim.TryReadGeneration(File.ReadAllBytes(path), out var generation).Should().BeTrue();
        generation.Should().BeGreaterThanOrEqualTo(Shim.FirstSafeGeneration);
    }

    [Fact]
    public void A_shim_of_15_6_says_it_is_older()
    {
        Shim.TryReadGeneration(
            Program("sbat,1,SBAT Version,sbat,1,https://x\nshim,2,UEFI shim,shim,1,https://x\nshim.debian,1,Debian,shim,15.6,https://x\n"),
            out var generation)
            .Should()
            .BeTrue();
        generation.Should().Be(2);
    }

    [Theory]
    [InlineData("sbat,1,SBAT Version,sbat,1,https://x\ngrub,4,Free Software Foundation,grub,2.12,https://x\n")]
    [InlineData("shim.debian,4,Debian,shim,15.8,https://x\n")]
    [InlineData("shim,many\n")]
    [InlineData("")]
    public void What_does_not_say_it_is_shim_is_none(string sbat) => Shim.TryReadGeneration(Program(sbat), out _).Should().BeFalse();

    [Fact]
    public void No_damage_is_too_much_for_it() =>
        Gen.Select(Gen.Int[0, 400], Gen.Byte, Gen.Int[0, 400]).Sample((at, value, length) =>
        {
            var program = Program("shim,4,UEFI shim\n");
            program[at % program.Length] = value;
            Shim.TryReadGeneration(program.AsSpan(0, Math.Min(length, program.Length)), out _);
        });

    // The least that is a PE image: DOS header, COFF header, no optional header, one section.
    private static byte[] Program(string sbat)
    {
        var content = Encoding.UTF8.GetBytes(sbat);
        var program = new byte[0x80 + content.Length];
        "MZ"u8.CopyTo(program);
        BinaryPrimitives.WriteUInt32LittleEndian(program.AsSpan(0x3c), 0x40);
        "PE\0\0"u8.CopyTo(program.AsSpan(0x40));
        BinaryPrimitives.WriteUInt16LittleEndian(program.AsSpan(0x46), 1);
        ".sbat"u8.CopyTo(program.AsSpan(0x58));
        BinaryPrimitives.WriteUInt32LittleEndian(program.AsSpan(0x58 + 16), (uint)content.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(program.AsSpan(0x58 + 20), 0x80);
        content.CopyTo(program, 0x80);
        return program;
    }
}
