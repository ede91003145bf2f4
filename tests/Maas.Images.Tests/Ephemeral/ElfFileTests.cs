using CsCheck;
using Maas.Images.Ephemeral;
using Maas.Images.Tests.Archives;
using Maas.Judges;

namespace Maas.Images.Tests.Ephemeral;

public sealed class ElfFileTests
{
    [Fact]
    public async Task It_names_the_libraries_that_readelf_names()
    {
        var program = Judge.Require("bash", "bash");
        var verdict =
            (await Judge.RunAsync(
                Judge.Require("readelf", "binutils"), ["-dW", program], null, TestContext.Current.CancellationToken)).Approved();
        var expected = verdict.Output.Split('\n')
            .Where(line => line.Contains("(NEEDED)", StringComparison.Ordinal))
            .Select(line => line.Split('[')[1].TrimEnd(']', ' '))
            .ToList();

        var (needed, interpreter) = new ElfFile(await File.ReadAllBytesAsync(program, TestContext.Current.CancellationToken)).ReadDynamic();

        needed.Should().Equal(expected).And.NotBeEmpty();
        interpreter.Should().StartWith("/lib");
    }

    [Fact]
    public void Program_headers_that_are_all_one_are_refused()
    {
        var program = File.ReadAllBytes(Judge.Require("true", "coreutils"));
        (program[54], program[55], program[56], program[57]) = (0, 0, 0xff, 0xff); // 65,535 of them, of no length

        new ElfFile(program).Invoking(it => it.ReadDynamic())
            .Should()
            .Throw<InvalidImageException>()
            .WithMessage("*program headers have 0 bytes*");
    }

    [Fact]
    public void No_damage_does_more_harm_than_an_invalid_image()
    {
        var good = File.ReadAllBytes(Judge.Require("true", "coreutils"));
        // Damage in the first kilobyte hits the headers; anywhere else, the tables.
        Gen.Select(
            Gen.Select(Gen.Int[4, 1024], Gen.Byte).List[0, 4],
            Gen.Select(Gen.Int[0, good.Length], Gen.Byte).List[0, 4],
            Gen.Int[0, good.Length])
            .Sample((head, rest, length) => Hostile.OnlyInvalid(() =>
            {
                var elf = new ElfFile(Hostile.Damaged(good, head.Concat(rest), length));
                elf.ReadDynamic();
                elf.ReadSection(".modinfo\0"u8);
            }));
    }
}
