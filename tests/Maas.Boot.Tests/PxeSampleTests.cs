using Maas.Judges;

namespace Maas.Boot.Tests;

/// <summary><c>samples/PxeServer</c>: what is missing on its command line is named before anything is served.</summary>
public class PxeSampleTests
{
    [Fact]
    public async Task A_subnet_without_a_range_is_refused_and_says_what_is_missing()
    {
        var program = Judge.RequireFile(
            Repository.PathOf($"samples/PxeServer/bin/{Repository.Configuration}/net10.0/PxeServer"), "(dotnet build samples/PxeServer)");
        string[] words = [Path.GetTempPath(), "--interface", "lo", "--subnet", "10.0.0.0/24"];

        var ended = await Judge.RunAsync(program, words, cancellationToken: TestContext.Current.CancellationToken);

        ended.Error.Should().Contain("--subnet needs --range").And.NotContain("   at ");
        ended.ExitCode.Should().NotBe(0);
    }
}
