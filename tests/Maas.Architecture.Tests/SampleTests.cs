using Maas.Judges;

namespace Maas.Architecture.Tests;

public class SampleTests
{
    public static TheoryData<string> OneLibrarySamples =>
        [
            "DhcpServer", "Dhcp6Server", "TftpServer", "DnsServer", "PxeServer", "LifecycleTour", "ApiServer", "Wake", "ClientTour",
            "AnswerFiles",
        ];

    [Theory, MemberData(nameof(OneLibrarySamples))]
    public void A_sample_for_one_library_is_short(string sample) =>
        // What the library is used for is in Program.cs; a reader of a file format, say, is in a file of its own.
        File.ReadAllLines(Path.Combine(Repository.Root, "samples", sample, "Program.cs")).Should().HaveCountLessThan(80);

    [Fact]
    public async Task The_tour_takes_a_machine_through_its_whole_life()
    {
        var verdict = (await RunAsync("Tour")).Approved();
        verdict.Output.Should().ContainAll("it enlisted as", "status: Commissioning", "status: Deployed", "released: Ready, and off");
    }

    [Fact]
    public async Task The_first_program_of_the_documentation_shows_a_machine()
    {
        var program = await File.ReadAllTextAsync(
            Repository.PathOf("samples/GettingStarted/Program.cs"), TestContext.Current.CancellationToken);
        var page = await File.ReadAllTextAsync(Repository.PathOf("docs/getting-started.md"), TestContext.Current.CancellationToken);
        page.Should().Contain($"```csharp\n{program}```", "the page shows samples/GettingStarted");

        var verdict = (await RunAsync("GettingStarted")).Approved();

        verdict.Output.Should().MatchRegex(@"(?m)^\S+ \(\w{6}\) is New", "the machine has enlisted");
    }

    [Fact]
    public void The_README_names_every_sample_and_no_other()
    {
        var readme = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));
        foreach (var sample in Directory.GetDirectories(Path.Combine(Repository.Root, "samples")).Select(Path.GetFileName))
            readme.Should().Contain($"`samples/{sample}`");
    }

    private static Task<Verdict> RunAsync(string sample)
    {
        var program = Path.Combine(Repository.Root, "samples", sample, "bin", Repository.Configuration, "net10.0", sample + ".dll");
        File.Exists(program).Should().BeTrue("the sample is built with this test");
        return Judge.RunAsync("dotnet", [program], cancellationToken: TestContext.Current.CancellationToken);
    }
}
