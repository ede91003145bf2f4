using System.Security.Cryptography;
using Maas.Core;
using Maas.Core.Records;
using Maas.Dashboard.Keys;
using Maas.Sqlite;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Maas.Dashboard.Tests.Keys;

/// <summary>The keys of cookies in the store: hosts of one store read each other's cookies.</summary>
public sealed class StoredKeyTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("maas-keys-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task What_one_host_protects_another_reads_and_so_does_a_restarted_one()
    {
        string text;
        await using (var core = await OpenAsync())
        {
            await using var first = HostOf(core);
            await using var second = HostOf(core);
            text = ProtectorOf(first).Protect("the session of admin");
            ProtectorOf(second).Unprotect(text).Should().Be("the session of admin");
            ProtectorOf(first).Unprotect(ProtectorOf(second).Protect("another")).Should().Be("another");
            (await KeysAsync(core)).Should().ContainSingle("both hosts use the first one's key");
        }

        await using var again = await OpenAsync();
        await using var restarted = HostOf(again);
        ProtectorOf(restarted).Unprotect(text).Should().Be("the session of admin");
    }

    [Fact]
    public async Task Of_two_hosts_that_start_for_the_first_time_together_the_first_key_counts()
    {
        await using var core = await OpenAsync();
        await using var first = HostOf(core);
        await using var second = HostOf(core);
        var (one, two) = (RepositoryOf(first), RepositoryOf(second));
        one.GetAllElements().Should().BeEmpty();
        two.GetAllElements().Should().BeEmpty(); // both have to make one

        one.StoreElement(new System.Xml.Linq.XElement("key", new System.Xml.Linq.XAttribute("id", "1")), "first");
        two.StoreElement(new System.Xml.Linq.XElement("key", new System.Xml.Linq.XAttribute("id", "2")), "second");
        two.StoreElement(new System.Xml.Linq.XElement("revocation"), "revocation");

        two.GetAllElements().Select(element => element.ToString()).Should().Equal("<key id=\"1\" />", "<revocation />");
        one.GetAllElements().Should().HaveCount(2);
    }

    [Fact]
    public async Task The_store_alone_reads_no_cookie()
    {
        await using var core = await OpenAsync();
        await using var host = HostOf(core);
        ProtectorOf(host).Protect("a session");
        var key = (await KeysAsync(core)).Should().ContainSingle().Subject;
        key.Xml.Should().Contain(StoredKeyEncryptor.ElementName).And.NotContain("masterKey").And.NotContain("<value>");

        await using var other = await OpenAsync("other"); // a store with another secret key, into which the row is copied
        var copy = new CookieKey { Number = 1, Xml = key.Xml };
        await other.Records.SaveAsync(
            new RecordBatch { At = default, Changes = [new RecordChange.Insert(CookieKey.Table, copy)] }, Cancellation);
        await using var thief = HostOf(other);
        ProtectorOf(thief).Invoking(each => each.Unprotect(ProtectorOf(host).Protect("a session")))
            .Should().Throw<CryptographicException>();
    }

    [Fact]
    public async Task Without_a_secret_key_no_key_is_stored()
    {
        await using var core = await MaasCore.OpenAsync(
            new SqliteMaasStore(SqliteStoreOptions.InMemory), null,
            new MaasCoreServices { Tables = MaasDataProtectionBuilderExtensions.KeyTables }, Cancellation);
        await using var host = HostOf(core);

        ProtectorOf(host).Invoking(each => each.Protect("a session")).Should().Throw<CryptographicException>()
            .WithInnerException<InvalidOperationException>().WithMessage("*SecretKeyFile*");

        (await KeysAsync(core)).Should().BeEmpty();
    }

    private Task<MaasCore> OpenAsync(string name = "maas") => MaasCore.OpenAsync(
        new SqliteMaasStore(Path.Combine(_directory, name + ".db")),
        new MaasCoreOptions { SecretKeyFile = Path.Combine(_directory, name + ".key") },
        new MaasCoreServices { Tables = MaasDataProtectionBuilderExtensions.KeyTables }, Cancellation);

    private static ServiceProvider HostOf(MaasCore core)
    {
        var services = new ServiceCollection().AddLogging();
        services.AddSingleton(_ => core); // the provider must not dispose of it
        services.AddDataProtection().SetApplicationName("test").PersistKeysToMaas().PersistKeysToMaas();
        return services.BuildServiceProvider();
    }

    private static IDataProtector ProtectorOf(ServiceProvider host) =>
        host.GetRequiredService<IDataProtectionProvider>().CreateProtector("cookies");

    private static Microsoft.AspNetCore.DataProtection.Repositories.IXmlRepository RepositoryOf(ServiceProvider host) =>
        host.GetRequiredService<IOptions<KeyManagementOptions>>().Value.XmlRepository!; // PersistKeysToMaas sets it

    private static Task<IReadOnlyList<CookieKey>> KeysAsync(MaasCore core) =>
        core.Records.ListAsync(new RecordQuery<CookieKey>(CookieKey.Table), Cancellation);
}
