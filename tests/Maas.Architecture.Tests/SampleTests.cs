using Maas.Judges;

namespace Maas.Architecture.Tests;

public class SampleTests
{
    public static TheoryData<string> OneLibrarySamples =>
        ["DhcpServer", "Dhcp6Server", "TftpServer", "DnsServer", "PxeServer", "LifecycleTour", "ApiServer", "Wake"];

    [Theory, MemberData(nameof(OneLibrarySamples))]
    public void A_sample_for_one_library_is_short(string sample) =>
        // What the library is used for is in Program.cs; a reader of a file format, say, is in a file of its own.
        File.ReadAllLines(Path.Combine(Repository.Root, "samples", sample, "Program.cs")).Should().HaveCountLessThan(80);

    [Fact]
    public async Task The_tour_takes_a_machine_through_its_whole_life()
    {
        var tour = Path.Combine(Repository.Root, "samples", "Tour", "bin", Repository.Configuration, "net10.0", "Tour.dll");
        File.Exists(tour).Should().BeTrue("the tour is built with this test");
        var verdict = (await Judge.RunAsync("dotnet", [tour], cancellationToken: TestContext.Current.CancellationToken)).Approved();
        verdict.Output.Should().ContainAll("it enlisted as", "status: Commissioning", "status: Deployed", "released: Ready, and off");
    }

    [Fact]
    public void The_README_names_every_sample_and_no_other()
    {
        var readme = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));
        foreach (var sample in Directory.GetDirectories(Path.Combine(Repository.Root, "samples")).Select(Path.GetFileName))
            readme.Should().Contain($"`samples/{sample}`");
    }
}
