using Maas.Hosting.Ephemeral;
using Maas.Hosting.Tests.Policy;
using Maas.Images;

namespace Maas.Hosting.Tests.Ephemeral;

public sealed class SupplyProgressTests
{
    [Fact]
    public void Each_step_is_logged_once_with_its_item_if_it_has_one()
    {
        var log = new List<string>();
        var progress = new SupplyProgress(new LogLines<SupplyProgressTests>(log));
        foreach (var done in (long[])[0, 10, 20]) progress.Report(new ImportProgress("Downloading", "busybox.deb", done, 20));
        foreach (var done in (long[])[0, 1]) progress.Report(new ImportProgress("Packing", Item: null, done));
        progress.Report(new ImportProgress("Downloading", "busybox.deb"));
        log.Should().Equal(
            "Ephemeral environment: Downloading busybox.deb", "Ephemeral environment: Packing",
                "Ephemeral environment: Downloading busybox.deb");
    }
}
