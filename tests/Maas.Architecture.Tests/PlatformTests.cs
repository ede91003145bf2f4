using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text.RegularExpressions;
using Maas.Judges;

namespace Maas.Architecture.Tests;

/// <summary>
/// Every system call says which operating system has it. The analyzer CA1416, an error in <c>src</c>, then refuses a caller that neither
/// says the same nor checks where it runs, and so on up to the public members.
/// </summary>
public sealed partial class PlatformTests
{
    private const BindingFlags Everything =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    public static TheoryData<string> Packages => [.. Repository.Packages];

    [Theory, MemberData(nameof(Packages))]
    public void A_call_of_libc_names_its_operating_system(string package) =>
        NativeCalls(package)
            .Where(call => !IsRestricted(call.DeclaringType) && !IsRestricted(call) && !IsRestricted(MethodAround(call)))
            .Select(call => $"{call.DeclaringType}.{call.Name}").Should().BeEmpty();

    [Fact]
    public void The_calls_are_found() =>
        Repository.Packages.SelectMany(NativeCalls).Should().HaveCountGreaterThan(30);

    [Theory, MemberData(nameof(Packages))]
    public void A_public_member_is_restricted_only_where_the_page_of_platforms_names_it(string package)
    {
        var page = File.ReadAllText(Repository.PathOf("docs/embed/platforms.md"));
        var restricted = Assembly.Load(package).GetExportedTypes()
            .SelectMany(type => type.GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static).Prepend(type))
            .Where(IsRestricted);

        restricted.Select(member => member.Name)
            .Where(name => !page.Contains($"`{name}`", StringComparison.Ordinal)).Should().BeEmpty();
    }

    [Fact]
    public void The_analyzer_of_platforms_is_an_error() =>
        File.ReadAllText(Repository.PathOf(".editorconfig")).Should().Contain("dotnet_diagnostic.CA1416.severity = error");

    private static IEnumerable<MethodInfo> NativeCalls(string package) =>
        Assembly.Load(package).GetTypes().SelectMany(type => type.GetMethods(Everything))
            .Where(method => method.GetCustomAttribute<DllImportAttribute>() is { Value: "libc" });

    private static bool IsRestricted(MemberInfo? member) =>
        member is not null
        && (member.IsDefined(typeof(SupportedOSPlatformAttribute)) || member.IsDefined(typeof(UnsupportedOSPlatformAttribute)));

    // The generator of LibraryImport puts the call into a local function of the method that has the attributes.
    private static MethodInfo? MethodAround(MethodInfo call) =>
        Local().Match(call.Name) is { Success: true } local
            ? call.DeclaringType?.GetMethods(Everything).FirstOrDefault(method => method.Name == local.Groups["method"].Value)
            : null;

    [GeneratedRegex(@"\A<(?<method>\w+)>g__", RegexOptions.ExplicitCapture, 60_000)]
    private static partial Regex Local();
}
