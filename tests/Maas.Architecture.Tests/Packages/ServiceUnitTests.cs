using System.Globalization;
using System.Text.RegularExpressions;
using Maas.Judges;

namespace Maas.Architecture.Tests.Packages;

/// <summary><c>eng/deploy/maas-server.service</c>, judged by systemd.</summary>
public sealed partial class ServiceUnitTests : IDisposable
{
    private const double MostExposure = 2.0; // of 10; systemd calls up to 3.9 OK

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("maas-unit-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task The_unit_is_valid_and_little_exposed()
    {
        var analyze = Judge.Require("systemd-analyze");
        var cancellationToken = TestContext.Current.CancellationToken;
        var text = await File.ReadAllTextAsync(Repository.PathOf("eng/deploy/maas-server.service"), cancellationToken);
        var unit = Path.Combine(_folder.FullName, "maas-server.service");
        // The program of the unit exists on a server alone.
        await File.WriteAllTextAsync(unit, text.Replace("/opt/maas/MaasServer", "/bin/true"), cancellationToken);

        var verified = (await Judge.RunAsync(analyze, ["verify", unit], cancellationToken: cancellationToken)).Approved();
        var rated = await Judge.RunAsync(analyze, ["security", "--offline=true", unit], cancellationToken: cancellationToken);

        (verified.Output + verified.Error).Should().NotContain("maas-server.service:", "systemd has no complaint");
        var exposure = Exposure().Match(rated.Output);
        exposure.Success.Should().BeTrue(rated.Output + rated.Error);
        double.Parse(exposure.Groups["level"].Value, CultureInfo.InvariantCulture).Should().BeLessThan(MostExposure);
    }

    [GeneratedRegex(@"Overall exposure level for \S+: (?<level>[0-9.]+)", RegexOptions.ExplicitCapture, 60_000)]
    private static partial Regex Exposure();
}
