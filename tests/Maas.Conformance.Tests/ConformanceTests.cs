namespace Maas.Conformance.Tests;

/// <summary>
/// The conformance suite against this project's server. The cases of <c>pending.txt</c> are those that it does not pass yet: each must
/// fail, so that a case that is passed leaves the list.
/// </summary>
public sealed class ConformanceTests(ConformanceTests.Subject subject) : IClassFixture<ConformanceTests.Subject>
{
    private static readonly HashSet<string> Pending =
    [
        .. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "pending.txt")).Select(line => line.Split('#')[0].Trim())
            .Where(line => line.Length > 0),
    ];

    public static TheoryData<string> Names => [.. ConformanceCase.All.Select(each => each.Name)];

    [Theory, MemberData(nameof(Names))]
    public async Task The_server_does_what_clients_need(string name)
    {
        var result = await CaseResult.OfAsync(ConformanceCase.All.Single(each => each.Name == name), subject.Server);

        result.NotApplicable.Should().BeNull();
        if (Pending.Contains(name)) result.Failure.Should().NotBeNull("it passes: remove it from tests/Maas.Conformance.Tests/pending.txt");
        else result.Failure.Should().BeNull();
    }

    [Fact]
    public void Every_pending_name_is_a_case() =>
        Pending.Except(ConformanceCase.All.Select(each => each.Name)).Should().BeEmpty();

    [Fact]
    public void A_case_has_a_name_of_its_own() =>
        ConformanceCase.All.Select(each => each.Name).Should().OnlyHaveUniqueItems().And.HaveCountGreaterThan(100);

    /// <summary>One server for all cases: each makes what it needs.</summary>
    public sealed class Subject : IAsyncLifetime
    {
        private readonly TestServer _host = new();

        public Server Server { get; private set; } = null!; // set before the first test

        public async ValueTask InitializeAsync()
        {
            await _host.InitializeAsync();
            Server = _host.NewServer();
        }

        public async ValueTask DisposeAsync()
        {
            Server.Dispose();
            await _host.DisposeAsync();
        }
    }
}
