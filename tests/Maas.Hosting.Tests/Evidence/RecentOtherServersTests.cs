using System.Net;
using Maas.Boot;
using Maas.Core.Topology;
using Maas.Hosting.Evidence;

namespace Maas.Hosting.Tests.Evidence;

public sealed class RecentOtherServersTests
{
    [Fact]
    public void The_last_server_of_each_link_is_listed_for_an_hour()
    {
        var servers = new RecentOtherServers();
        var now = DateTimeOffset.UnixEpoch.AddYears(50);
        servers.Note(Seen("eth1", "10.0.0.66", now));
        servers.Note(Seen("eth0", "10.0.0.1", now.AddMinutes(-61)));
        servers.Note(Seen("eth1", "10.0.0.67", now.AddSeconds(1)));

        servers.List(now.AddSeconds(2)).Should().Equal(new SeenDhcpServer("eth1", IPAddress.Parse("10.0.0.67"), now.AddSeconds(1)));
        servers.List(now.AddHours(2)).Should().BeEmpty();
    }

    private static BootObservation.OtherServerSeen Seen(string link, string server, DateTimeOffset at) =>
        new(at, null, null, IPAddress.Parse(server)) { Link = link };
}
