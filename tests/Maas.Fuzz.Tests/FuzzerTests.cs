using Maas.Boot.Dhcp4.Wire;

namespace Maas.Fuzz.Tests;

/// <summary>The fuzzer finds what it is for.</summary>
public class FuzzerTests
{
    [Fact]
    public void An_exception_is_found_and_its_input_told()
    {
        var target = new FuzzTarget("throws", input =>
        {
            if (input.Length > 3 && input[3] == 7) throw new FormatException();
        }) { Seeds = [[1, 2, 3, 4, 5]] };
        FluentActions.Invoking(() => new Fuzzer(target, 1).Run(100_000)).Should().Throw<FuzzFailureException>()
            .Which.Should()
                .Match<FuzzFailureException>(
                    e => e.InnerException is FormatException && e.Message.Contains("seed 1,") && e.Message.Contains("07"));
    }

    [Fact]
    public void An_input_that_makes_a_reader_allocate_without_measure_is_found()
    {
        var target = new FuzzTarget("allocates", input => GC.KeepAlive(new byte[input.IsEmpty ? 0 : input[0] << 16])) { Seeds = [[0]] };
        FluentActions.Invoking(() => new Fuzzer(target, 1).Run(100_000))
            .Should()
            .Throw<FuzzFailureException>()
            .WithMessage("*were allocated*");
    }

    [Fact]
    public void An_input_without_end_is_found_and_told()
    {
        using var release = new ManualResetEventSlim();
        var target = new FuzzTarget("hangs", input =>
        {
            if (input is [7, ..]) release.Wait(Timeout.Infinite);
        }) { Seeds = [[1]] };
        FluentActions.Invoking(() => new Fuzzer(target, 1) { LongestCase = TimeSpan.FromMilliseconds(300) }.Run(100_000))
            .Should()
            .Throw<FuzzFailureException>()
            .WithMessage("*no end after*\n07*");
        release.Set();
    }

    [Fact]
    public void Inputs_that_reach_new_code_become_parents()
    {
        var fuzzer = new Fuzzer(new FuzzTarget("learns", static input => _ = DomainSearchList.TryParse(input, out _)) { Seeds = [[0]] }, 1);
        fuzzer.Run(20_000);
        fuzzer.Found.Should().HaveCountGreaterThan(3);
        fuzzer.Found.Any(input => input.Any(octet => octet >= 0xc0))
            .Should()
            .BeTrue("pointers have branches of their own, and none was among the seeds");
    }
}
