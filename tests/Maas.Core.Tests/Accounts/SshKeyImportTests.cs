using Maas.Core.Accounts;

namespace Maas.Core.Tests.Accounts;

public class SshKeyImportTests
{
    private const string One = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g one",
        Two = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g two";

    [Fact]
    public async Task Keys_are_imported_with_their_source_and_those_that_are_there_are_kept()
    {
        var source = new Keys($"{One}\r", "", One, Two);
        await using var test = await TestCore.OpenAsync(keySource: source);
        await test.Core.Users.CreateAsync("bob", "", new Secret(""), false);
        await test.Core.SshKeys.AddAsync("bob", One);

        var imported = await test.Core.SshKeys.ImportAsync("bob", "gh:bob.x");

        imported.Should().BeOfType<SshKeyImportResult.Imported>().Which.Keys.Select(key => (key.Key, key.Source)).Should()
            .Equal((One, null), (Two, "gh:bob.x"));
        source.Asked.Should().Equal("gh bob.x");
        (await test.Core.SshKeys.ImportAsync("bob", "bob")).Should().BeOfType<SshKeyImportResult.Imported>();
        source.Asked.Should().Equal("gh bob.x", "lp bob");
        (await test.Core.SshKeys.ListAsync("bob")).Should().HaveCount(2);
    }

    [Theory]
    [InlineData("xy:bob")]
    [InlineData("gh:")]
    [InlineData("")]
    [InlineData("gh:../../admin")]
    [InlineData("gh:a/b")]
    [InlineData("gh:-a")]
    [InlineData("gh:a\r\nHost: b")]
    [InlineData("gh:a?b=c")]
    public async Task What_names_no_account_is_not_asked_for(string source)
    {
        var keys = new Keys(One);
        await using var test = await TestCore.OpenAsync(keySource: keys);
        await test.Core.Users.CreateAsync("bob", "", new Secret(""), false);

        (await test.Core.SshKeys.ImportAsync("bob", source)).Should().BeOfType<SshKeyImportResult.Failed>();

        keys.Asked.Should().BeEmpty();
    }

    [Fact]
    public async Task An_answer_with_anything_but_keys_adds_none()
    {
        await using var test = await TestCore.OpenAsync(keySource: new Keys(One, "<html>", Two));
        await test.Core.Users.CreateAsync("bob", "", new Secret(""), false);

        (await test.Core.SshKeys.ImportAsync("bob", "gh:bob")).Should().BeOfType<SshKeyImportResult.Failed>();

        (await test.Core.SshKeys.ListAsync("bob")).Should().BeEmpty();
    }

    [Fact]
    public async Task More_keys_than_the_quota_are_not_imported_in_part()
    {
        await using var test = await TestCore.OpenAsync(options => options.Quotas.SshKeysPerUser = 1, new Keys(One, Two));
        await test.Core.Users.CreateAsync("bob", "", new Secret(""), false);
        var importing = () => test.Core.SshKeys.ImportAsync("bob", "gh:bob");

        await importing.Should().ThrowAsync<QuotaExceededException>();

        (await test.Core.SshKeys.ListAsync("bob")).Should().BeEmpty();
    }

    [Fact]
    public async Task An_account_without_keys_a_failure_and_a_host_without_a_source_are_told()
    {
        await using var none = await TestCore.OpenAsync();
        (await none.Core.SshKeys.ImportAsync("bob", "gh:bob")).Should()
            .Be(new SshKeyImportResult.Failed("Unable to import SSH keys. This server imports no keys from elsewhere."));
        await using var empty = await TestCore.OpenAsync(keySource: new Keys());
        (await empty.Core.SshKeys.ImportAsync("bob", "gh:bob")).Should()
            .Be(new SshKeyImportResult.Failed("Unable to import SSH keys. There are no SSH keys for gh user bob."));
    }

    private sealed class Keys(params string[] keys) : ISshKeySource
    {
        public List<string> Asked { get; } = [];

        public Task<SshKeySourceResult> FindAsync(string protocol, string account, CancellationToken cancellationToken)
        {
            Asked.Add($"{protocol} {account}");
            return Task.FromResult<SshKeySourceResult>(new SshKeySourceResult.Found(keys));
        }
    }
}
