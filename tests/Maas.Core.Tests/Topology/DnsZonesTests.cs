using System.Net;
using Maas.Core.Records;
using Maas.Core.Topology;

namespace Maas.Core.Tests.Topology;

public class DnsZonesTests
{
    [Fact]
    public async Task Of_names_that_are_created_at_once_one_is()
    {
        await using var test = await TestCore.OpenInFileAsync();
        var results = await Task.WhenAll(Enumerable.Range(0, 12).Select(number => Task.Run(() => test.Core.Dns.CreateResourceAsync(
            new DnsResource { DomainId = 1, Name = "www", Addresses = [IPAddress.Parse($"10.0.0.{number + 1}")] }, null))));

        results.OfType<RecordEdit<DnsResource>.Done>().Should().ContainSingle();
        results.OfType<RecordEdit<DnsResource>.Refused>().Should().HaveCount(11).And.OnlyContain(refused => refused.Field == "name");
        var taken = await test.Core.Networks.FindAddressesAsync(
            [.. Enumerable.Range(1, 12).Select(number => IPAddress.Parse($"10.0.0.{number}"))]);
        taken.Should().ContainSingle("the others were never half made");
    }

    [Fact]
    public async Task Of_a_CNAME_and_an_address_that_are_added_at_once_one_is()
    {
        await using var test = await TestCore.OpenInFileAsync();
        for (var round = 0; round < 10; round++)
        {
            var name = $"n{round}";
            await Task.WhenAll(
                Task.Run(() => test.Core.Dns.CreateRecordAsync(
                    1, name, new DnsRecord { Type = DnsRecordKind.Cname, Data = "web" }, null)),
                Task.Run(() => test.Core.Dns.CreateResourceAsync(
                    new DnsResource { DomainId = 1, Name = name, Addresses = [IPAddress.Parse("10.0.0.1")] }, null)));
            var names = await test.Core.Dns.GetAsync();
            var resource = names.FindResource(1, name)!; // one of both created it
            (resource.Addresses.Count + names.RecordsOf(resource.Id).Count()).Should().Be(1);
        }
    }

    [Fact]
    public async Task Two_names_that_lose_their_address_at_once_free_it()
    {
        await using var test = await TestCore.OpenInFileAsync();
        var address = IPAddress.Parse("10.0.0.9");
        var names = new List<long>();
        foreach (var name in (string[])["a", "b"])
        {
            var edit = await test.Core.Dns.CreateResourceAsync(new DnsResource { DomainId = 1, Name = name, Addresses = [address] }, null);
            names.Add(edit.Should().BeOfType<RecordEdit<DnsResource>.Done>().Which.Record.Id);
        }

        await Task.WhenAll(names.Select(id => Task.Run(() => test.Core.Dns.DeleteResourceAsync(id, null))));
        (await test.Core.Networks.FindAddressesAsync([address])).Should().BeEmpty();
    }

    [Fact]
    public async Task A_watcher_sees_a_change_without_waiting()
    {
        await using var test = await TestCore.OpenAsync();
        await using var states = test.Core.Dns.WatchAsync(TestContext.Current.CancellationToken)
            .GetAsyncEnumerator(TestContext.Current.CancellationToken);
        (await states.MoveNextAsync()).Should().BeTrue();
        states.Current.Resources.Should().BeEmpty();
        var next = states.MoveNextAsync();
        await test.Core.Dns.CreateResourceAsync(new DnsResource { DomainId = 1, Name = "www" }, null);
        (await next).Should().BeTrue();
        states.Current.Resources.Select(resource => resource.Name).Should().Equal("www");
    }

    [Fact]
    public async Task The_domain_of_the_host_and_the_default_domain_survive_a_restart()
    {
        await using var test = await TestCore.OpenInFileAsync();
        var created = await test.Core.Networks.Domains.CreateAsync(new Domain { Name = "lab" }, null);
        var lab = created.Should().BeOfType<RecordEdit<Domain>.Done>().Which.Record;
        await test.Core.Networks.Domains.UpdateAsync(lab.Id, domain => domain with { IsDefault = true }, null);
        await test.ReopenAsync();
        var topology = await test.Core.Topology.GetAsync();
        topology.Domains.Select(domain => (domain.Name, domain.IsDefault)).Should().Equal(("maas", false), ("lab", true));
    }
}
