using CsCheck;
using Maas.Judges;
using Xunit.Sdk;

namespace Maas.Architecture.Tests.Judges;

/// <summary>What the gate says on a machine that has nothing but <c>sh</c>, <c>sort</c> and <c>true</c>.</summary>
public sealed class ProgramGateTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("maas-gate-").FullName;
    private readonly ProgramGate _laptop;
    private readonly ProgramGate _ci;

    public ProgramGateTests()
    {
        foreach (var program in (string[])["sh", "sort", "true"]) File.WriteAllText(Path.Combine(_folder, program), "");
        (_laptop, _ci) = (new ProgramGate([_folder], isEverythingRequired: false), new ProgramGate([_folder], isEverythingRequired: true));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void An_installed_program_passes_with_its_path() =>
        _laptop.Require("sort", "coreutils").Should().Be(Path.Combine(_folder, "sort"));

    [Fact]
    public void A_missing_program_is_a_skip_that_names_the_package() =>
        Skip(() => _laptop.Require("qemu-img")).Should().Be("qemu-img is not installed: apt-get install qemu-utils");

    [Fact]
    public void A_missing_file_is_a_skip_that_names_the_package() =>
        Skip(() => _laptop.RequireFile(_folder + "/OVMF.fd", "ovmf")).Should().Be(_folder + "/OVMF.fd is missing: apt-get install ovmf");

    [Fact]
    public void A_missing_program_is_a_failure_where_everything_is_required() =>
        Failure(() => _ci.Require("qemu-img")).Should().Be("qemu-img is not installed: apt-get install qemu-utils");

    [Fact]
    public void A_missing_program_inside_a_pipeline_is_a_skip_before_the_line_runs() =>
        Skip(() => _laptop.RequireCommand("sh", "-c", "sort f | mcopy -i image - ::/f && mkfs.fat -C x 9"))
            .Should().Be("mcopy, mkfs.fat are not installed: apt-get install mtools dosfstools");

    [Fact]
    public void A_missing_program_inside_a_pipeline_is_a_failure_where_everything_is_required() =>
        Failure(() => _ci.RequireCommand("sh", "-c", "sort f | cpio -o")).Should().Be("cpio is not installed: apt-get install cpio");

    [Fact]
    public void A_missing_program_with_its_path_in_the_system_is_a_skip() =>
        Skip(() => _laptop.RequireCommand("/usr/local/sbin/mksquashfs", "-help")).Should().Contain("apt-get install squashfs-tools");

    [Fact]
    public void A_program_that_the_table_lacks_is_a_failure_that_says_where_to_add_it()
    {
        const string Expected =
            "The table of programs lacks frobnicate: add it to tests/Maas.Judges/ProgramTable.cs, and its package to eng/ci-packages.txt.";

        Failure(() => _laptop.Require("frobnicate", "frob")).Should().Be(Expected);
        Failure(() => _laptop.RequireCommand("sh", "-c", "mkfs.fat f; sort f | frobnicate")).Should().Be(Expected);
        Failure(() => _laptop.RequireCommand("frobnicate")).Should().Be(Expected);
    }

    [Fact]
    public void Another_package_than_the_tables_is_a_failure() =>
        Failure(() => _laptop.Require("sort", "sort"))
            .Should().Be("The test expects sort in the package sort, tests/Maas.Judges/ProgramTable.cs in coreutils.");

    [Fact]
    public void A_program_of_the_test_itself_passes() => _laptop.RequireCommand(_folder + "/mine", "x").Should().Be(_folder + "/mine");

    [Fact]
    public void A_skip_inside_a_property_is_a_skip_of_the_test() =>
        Skip(() => Gen.Int.Sample(_ => { _laptop.Require("qemu-img"); }, iter: 20)).Should().Contain("qemu-utils");

    [Fact]
    public void A_skip_inside_a_property_of_several_values_is_a_skip_of_the_test() =>
        Skip(() => Gen.Select(Gen.Int, Gen.Int, Gen.Int).Sample((_, _, _) => _laptop.Require("qemu-img") == "", iter: 20, threads: 4))
            .Should().Contain("qemu-utils");

    [Fact]
    public void A_skip_that_another_exception_wraps_inside_a_property_is_a_skip_of_the_test() =>
        Skip(() => Gen.Int.Sample(_ => Task.Run(() => _laptop.Require("qemu-img")).Wait(), iter: 20)).Should().Contain("qemu-utils");

    [Fact]
    public async Task A_skip_inside_an_asynchronous_property_is_a_skip_of_the_test()
    {
        var sample = () => Gen.Select(Gen.Int, Gen.Bool).SampleAsync(async (_, _) =>
        {
            await Task.Yield();
            _laptop.Require("qemu-img");
        }, iter: 20);

        (await sample.Should().ThrowAsync<SkipException>()).WithMessage("*qemu-utils");
    }

    [Fact]
    public void A_missing_program_inside_a_property_is_a_failure_where_everything_is_required()
    {
        var sample = () => Gen.Int.Sample(_ => { _ci.Require("qemu-img"); }, iter: 20);

        sample.Should().Throw<CsCheckException>().Which.ToString().Should().Contain("qemu-utils");
    }

    [Fact]
    public void A_counterexample_is_a_failure_still()
    {
        var sample = () => Gen.Int[0, 100].Sample(value => value < 50, iter: 1000);

        sample.Should().Throw<CsCheckException>();
    }

    private static string Skip(Action action) =>
        action.Should().Throw<SkipException>().Which.Message.Replace("$XunitDynamicSkip$", "", StringComparison.Ordinal);

    private static string Failure(Action action) => action.Should().Throw<FailException>().Which.Message;
}
