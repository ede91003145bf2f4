using System.Text;
using Maas.Images.Archives;
using Maas.Images.Debian;
using Maas.Images.Downloads;
using Maas.Images.Import;
using Maas.Images.Simplestreams;
using Maas.Images.Tests.Debian;

namespace Maas.Fuzz.Tests.Images;

/// <summary>What mirrors say: lists of files with their hashes, and the signatures over them.</summary>
internal static class ListTargets
{
    private const string Where = "https://mirror.example/list";
    private const string Hash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    private static readonly DateTimeOffset s_now = new(2030, 6, 1, 12, 0, 0, TimeSpan.Zero);

    public static IEnumerable<FuzzTarget> All =>
    [
        Text("checksum-list", Checksums, $"{Hash}  a.img\n{Hash} *b.img\nSHA256 (c.img) = {Hash}\n# comment\n"),
        Text(
            "control-paragraph",
            Paragraphs,
            $"Package: a\nVersion: 1:2.0-1\nArchitecture: amd64\nDepends: b (>= 1) | c:any [amd64], d\nProvides: e (= 2)\nFilename: "
                + $"pool/a.deb\nSize: 5\nSHA256: {Hash}\nDescription: x\n y\n .\n z\n\nPackage: b\n"),
        Text(
            "release-file",
            Release,
            $"Suite: stable\nCodename: trixie\nDate: Sat, 01 Jun 2030 10:16:37 UTC\nValid-Until: Sun, 02 Jun 2030 10:16:37 UTC\nSHA256:\n "
                + $"{Hash} 12 main/binary-amd64/Packages\n"),
        Text(
            "apt-sources",
            Sources,
            "deb [signed-by=/a.gpg arch=amd64] http://mirror/debian bookworm main contrib\n",
            "Types: deb\nURIs: https://mirror/debian\nSuites: trixie\nComponents: main\nSigned-By: /a.gpg\n"),
        Text(
            "simplestreams", Streams,
            "{\"format\":\"index:1.0\",\"updated\":\"Tue, 25 Jun 2024 14:23:45 +0000\",\"index\":{\"a\":{\"format\":\"products:1.0\",\"datatype\":\"image-downloads\",\"path\":\"streams/v1/a.json\",\"updated\":\"Tue, 25 Jun 2024 14:23:45 +0000\"}}}",
            "{\"format\":\"products:1.0\",\"updated\":\"Tue, 25 Jun 2024 14:23:45 +0000\",\"products\":{\"p\":{\"arch\":\"amd64\",\"versions\":{\"20240101\":{\"items\":{\"boot-kernel\":{\"ftype\":\"boot-kernel\",\"path\":\"p/k\",\"size\":5,\"sha256\":\"" + Hash + "\"}}},\"20240101.10\":{\"items\":{}}}}}}"),
        new("openpgp", OpenPgp())
        {
            Seeds = [.. Signed()],
            Words = [[.. "-----BEGIN PGP SIGNATURE-----\n"u8], [0x99], [0xc2], [0xff, 0xff, 0xff, 0xff], [.. "\n- -"u8]],
            Longest = 2000,
            MostAllocated = 8 << 20,
            Cases = 1_000
        },
    ];

    private static FuzzTarget Text(string name, Action<string> read, params string[] seeds) => new(name, Reading.Case(Of(read)))
    {
        Seeds = [.. seeds.Select(Encoding.UTF8.GetBytes)],
        Words =
        [
            .. "\n\n|\n |: |\r|\0|\u00e9|\\ud800|../|//|file:///|%2e%2e/|{|}|\"\"|-1|9223372036854775808|1e400|null|[]|UTC|SHA512 (".Split(
                '|')
                .Select(Encoding.UTF8.GetBytes),
            [0xff],
            [0xc0, 0x80]
        ],
        MostAllocated = 4 << 20,
        Cases = 50_000,
    };

    private static FuzzCase Of(Action<string> read) => input =>
    {
        try
        {
            read(Encoding.UTF8.GetString(input));
        }
        catch (UntrustedArchiveException)
        {
            // Refused with a reason.
        }
    };

    private static void Checksums(string text)
    {
        foreach (var (name, hash) in ChecksumList.Select(ChecksumList.Parse(text, Where), ["*", "*/*.img"]))
            if (name.Length == 0 || hash.Hex.Length is not (64 or 128))
                throw new InvalidOperationException($"'{name}' with the hash {hash.Hex}");
    }

    private static void Paragraphs(string text)
    {
        foreach (var paragraph in ControlParagraph.ReadAll(new StringReader(text)))
        {
            var package = DebianPackage.From(paragraph, 1, Hash, Where);
            if (package.Depends.Any(alternatives => alternatives.Count == 0)) throw new InvalidOperationException("a relation to nothing");
            _ = package.Version.CompareTo(DebianVersion.Parse("1:2.0~rc1-1"));
        }
    }

    private static void Release(string text) =>
        _ = ReleaseFile.Read(text, Where, "stable", s_now, TimeSpan.FromMinutes(5))["main/binary-amd64/Packages"];

    private static void Sources(string text)
    {
        foreach (var source in AptSources.ParseOneLine(text).Concat(AptSources.ParseDeb822(text)))
            if (source.Mirror.Scheme is not ("http" or "https" or "file") || source.Components.Count == 0)
                throw new InvalidOperationException($"{source.Mirror} is no mirror");
    }

    private static void Streams(string text)
    {
        foreach (var format in (ReadOnlySpan<string>)["index:1.0", "products:1.0"])
        {
            try
            {
                using var document = SimplestreamsDocument.Parse(text, format, Where);
                if (format == "index:1.0") _ = document.Entries();
                else _ = document.Newest().Count() + document.Items(new SimplestreamsFilter { Versions = 2 }).Count();
            }
            catch (UntrustedArchiveException)
            {
                // Refused with a reason; the other format is tried all the same.
            }
        }

        var mirror = new Uri("https://mirror.example/images/");
        if (RemotePath.TryResolve(mirror, text) is { } resolved && (!mirror.IsBaseOf(resolved) || resolved.Segments.Contains("../")))
            throw new InvalidOperationException($"{resolved} leaves the mirror");
    }

    // The first octet says what the rest is: a keyring, a detached signature, or a message signed in the clear.
    private static FuzzCase OpenPgp()
    {
        var keyring = OpenPgpKeyring.Read(new MemoryStream(s_key.Keyring(armored: false)));
        return Reading.Case(input =>
        {
            if (input.IsEmpty) return;
            try
            {
                if (input[0] % 3 == 0) _ = OpenPgpKeyring.Read(new MemoryStream(input[1..].ToArray()));
                else if (input[0] % 3 == 1) _ = keyring.VerifyDetached("content"u8, input[1..], Where, s_now);
                else if (keyring.Verify(Encoding.UTF8.GetString(input[1..]), Where, s_now).Length > input.Length)
                    throw new InvalidOperationException("more text than there was");
            }
            catch (UntrustedArchiveException)
            {
                // Not trusted.
            }
        });
    }

    private static readonly SigningKey s_key = new();

    private static IEnumerable<byte[]> Signed() =>
    [
        [0, .. s_key.Keyring(armored: false)], [0, .. s_key.Keyring(armored: true)],
        [1, .. s_key.SignDetached("content"u8.ToArray(), s_now.AddDays(-1))],
        [1, .. s_key.SignDetached("content"u8.ToArray(), s_now.AddDays(-1), armored: true)],
        [2, .. Encoding.UTF8.GetBytes(s_key.Sign("text\n- dash\nmore  \n", s_now.AddDays(-1)))],
    ];
}
