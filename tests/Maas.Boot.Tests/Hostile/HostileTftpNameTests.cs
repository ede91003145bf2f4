using System.Text;
using Maas.Boot.Files;
using Maas.Boot.Tests.Tftp;

namespace Maas.Boot.Tests.Hostile;

/// <summary>
/// Names that lead out of the served directory, by the advisory that told of them. Here a name is a key in a table, and never a path.
/// </summary>
public sealed class HostileTftpNameTests : IDisposable
{
    private readonly DirectoryInfo _temporary = Directory.CreateTempSubdirectory("maas-traversal-");
    private readonly string _served;

    public HostileTftpNameTests()
    {
        _served = Path.Combine(_temporary.FullName, "served");
        Directory.CreateDirectory(Path.Combine(_served, "a"));
        File.WriteAllText(Path.Combine(_temporary.FullName, "secret"), "secret");
        File.WriteAllText(Path.Combine(_served, "file"), "public");
    }

    public static TheoryData<string, string> Names => new()
    {
        { "CVE-2002-1209", @"..\secret" },
        { "CVE-2002-1209", @"..\..\..\..\..\..\etc\passwd" },
        { "CVE-2005-1813", "ABSOLUTE" },
        { "CVE-2005-1813", @"C:\boot.ini" },
        { "CVE-2006-1951", "....//secret" },
        { "CVE-2006-1951", @"....\\secret" },
        { "CVE-2006-1952", ".../secret" },
        { "CVE-2006-1952", @"...\...\secret" },
        { "CVE-2008-1620", ".../.../secret" },
        { "CVE-2009-0288", "../secret" },
        { "CVE-2009-0288", "../../../../../../../../etc/passwd" },
        { "CVE-2009-1730", "/../secret" },
        { "CVE-2009-1730", "a/../../secret" },
        { "CVE-2011-4722", "/../../../../etc/passwd" },
        { "CVE-2012-6664", @"/..\secret" },
        { "NUL", "file\0/../../secret" },
        { "NUL", "../secret\0file" },
        { "UNC", @"\\localhost\share\secret" },
        { "drive", "C:secret" },
        { "stream", "secret::$DATA" },
        { "stream", "file:hidden" },
        { "percent", "%2e%2e/secret" },
        { "percent", "%2e%2e%2fsecret" },
        { "percent", "..%252fsecret" },
        { "short name", "SECRET~1" },
        { "trailing dot", "secret." },
        { "trailing dot", "a./../../secret" },
        { "trailing blank", ".. /secret" },
        { "leading blank", " ../secret" },
        { "home", "~/secret" },
        { "overlong UTF-8", "\u00c0\u00ae\u00c0\u00ae/secret" },
        { "overlong UTF-8", "..\u00c0\u00afsecret" },
        { "wide dot", "\u00ef\u00bc\u008e\u00ef\u00bc\u008e/secret" },
        { "line end", "..\r\n/secret" },
    };

    public void Dispose() => _temporary.Delete(recursive: true);

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_read_never_leaves_the_directory(string advisory, string name)
    {
        await using var server = new ServerUnderTest(files: new DirectoryBootFiles(_served));
        using var client = new RawClient(server.EndPoint);
        client.AskRead(name == "ABSOLUTE" ? Path.Combine(_temporary.FullName, "secret") : name);
        var answer = await client.ReceiveTextAsync();
        answer.Should().NotContain("root:", advisory);
        // An error, or, where the name is cut at its NUL, the file that it then names.
        if (!name.StartsWith("file\0", StringComparison.Ordinal)) answer.Should().StartWith("\0\u0005", advisory);
        answer[4..].Should().NotBe("secret", advisory);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_write_is_refused_whatever_its_name(string advisory, string name)
    {
        await using var server = new ServerUnderTest(files: new DirectoryBootFiles(_served));
        using var client = new RawClient(server.EndPoint);
        client.Ask($"\0\u0002{name}\0octet\0");
        (await client.ReceiveTextAsync()).Should().StartWith("\0\u0005", advisory);
        client.Answer([0, 3, 0, 1, .. Encoding.ASCII.GetBytes("overwritten")]);
        (await File.ReadAllTextAsync(Path.Combine(_temporary.FullName, "secret"))).Should().Be("secret");
        Directory.EnumerateFileSystemEntries(_served, "*", SearchOption.AllDirectories).Should().HaveCount(2);
    }
}
