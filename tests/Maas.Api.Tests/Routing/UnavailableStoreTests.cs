using Maas.Core;

namespace Maas.Api.Tests.Routing;

public class UnavailableStoreTests
{
    [Fact]
    public async Task A_request_to_a_store_that_is_unavailable_is_to_be_repeated_later()
    {
        var calls = new StoreCalls();
        await using var host = await ApiHost.StartAsync(wrap: calls.Watch);
        calls.Failure = new StoreUnavailableException("PostgreSQL did not answer.", new IOException("Failed to connect to 192.0.2.7:5432"));

        var refused = (await host.GetAsync(host.Admin, "machines/")).Expect(503);
        calls.Failure = null;

        refused.Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromSeconds(5));
        refused.Text.Should().Be("The server's database does not answer. Try again later.");
        (await host.GetAsync(host.Admin, "machines/")).Expect(200);
    }
}
