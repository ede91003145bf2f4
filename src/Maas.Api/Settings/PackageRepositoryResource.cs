using Maas.Api.Collections;
using Maas.Api.Requests;
using Maas.Api.Routing;
using Maas.Core.Configuration;

namespace Maas.Api.Settings;

/// <summary>Package repositories for deployed machines.</summary>
internal static class PackageRepositoryResource
{
    private static readonly string[] PortsArchitectures = ["armhf", "arm64", "ppc64el", "s390x"];
    private static readonly string[] MainArchitectures = ["amd64", "i386"];

    private static readonly Collection<PackageRepository> Repositories = new()
    {
        Path = "package-repositories/",
        ItemPath = "package-repositories/{id}/",
        Noun = "PackageRepository",
        Plural = "package repositories",
        Handlers = ("PackageRepositoriesHandler", "PackageRepositoryHandler"),
        In = core => core.PackageRepositories,
        View = ApiRight.ViewConfigurations,
        Edit = ApiRight.EditConfigurations,
        Uri = (repository, view) => view.Api("package-repositories", repository.Id),
        New = _ => new PackageRepository { Name = "", Url = "", Enabled = true, DisableSources = true },
        Complete = WithArchitectures,
        Find = request => FindAsync(request),
        Fields =
        [
            Field<PackageRepository>.Text(
                "name", "its name.", repository => repository.Name, (repository, value) => repository with { Name = value }).Required(),
            Field<PackageRepository>.Text(
                "url", "its URL, or ppa:OWNER/NAME.", repository => repository.Url, (repository, value) => repository with { Url = value })
                .Required(),
            Field<PackageRepository>.Words(
                "distributions", "its distributions; empty for the one that is deployed.", repository => repository.Distributions,
                (repository, value) => repository with { Distributions = value }),
            Field<PackageRepository>.Words(
                "disabled_pockets", "pockets that are not used: updates, security, backports.", repository => repository.DisabledPockets,
                (repository, value) => repository with { DisabledPockets = value }),
            Field<PackageRepository>.Words(
                "disabled_components", "components of an Ubuntu archive that are not used: restricted, universe, multiverse.",
                repository => repository.DisabledComponents, (repository, value) => repository with { DisabledComponents = value }),
            Field<PackageRepository>.Flag(
                "disable_sources", "whether no source packages are used.", repository => repository.DisableSources,
                (repository, value) => repository with { DisableSources = value }),
            Field<PackageRepository>.Words(
                "components", "components of a repository that is no Ubuntu archive.", repository => repository.Components,
                (repository, value) => repository with { Components = value }),
            Field<PackageRepository>.Words(
                "arches", "Debian architectures; empty for amd64 and i386.", repository => repository.Architectures,
                (repository, value) => repository with { Architectures = value }),
            Field<PackageRepository>.Text(
                "key", "the OpenPGP key that signs it.", repository => repository.Key,
                (repository, value) => repository with { Key = value }),
            Field<PackageRepository>.Flag(
                "enabled", "whether machines use it.", repository => repository.Enabled,
                (repository, value) => repository with { Enabled = value }),
        ],
    };

    public static IEnumerable<ApiResource> All => Repositories.ToResources();

    private static PackageRepository WithArchitectures(
        PackageRepository repository, PackageRepository? before, FormReader form, ApiRequest request) =>
        repository.Architectures.Count > 0 ? repository
            : repository with { Architectures = repository.Name == "ports_archive" ? PortsArchitectures : MainArchitectures };

    /// <summary>By number or by name, as MAAS does.</summary>
    private static async Task<PackageRepository?> FindAsync(ApiRequest request)
    {
        var text = request.Route["id"];
        if (text.StartsWith("id:", StringComparison.Ordinal)) text = text[3..];
        var name = text.StartsWith("name:", StringComparison.Ordinal) ? text[5..] : text;
        var all = await request.Core.PackageRepositories.ListAsync(request.Aborted).ConfigureAwait(false);
        return all.FirstOrDefault(each => each.Id.ToString(System.Globalization.CultureInfo.InvariantCulture) == text)
            ?? all.FirstOrDefault(each => each.Name == name);
    }
}
