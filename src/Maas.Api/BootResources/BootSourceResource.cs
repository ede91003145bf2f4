using System.Globalization;
using Maas.Api.Collections;
using Maas.Api.Requests;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core.Images;

namespace Maas.Api.BootResources;

/// <summary>Sources of images, and which of their images are wanted.</summary>
internal static class BootSourceResource
{
    private static readonly Collection<BootSource> Sources = new()
    {
        Path = "boot-sources/",
        ItemPath = "boot-sources/{id}/",
        Noun = "BootSource",
        Plural = "sources of images",
        In = core => core.BootSources.Records,
        View = ApiRight.ViewBootEntities,
        Edit = ApiRight.EditBootEntities,
        CreatedStatus = 201,
        Uri = (source, view) => view.Api("boot-sources", source.Id),
        New = request => new BootSource { Url = "", Created = request.Services.Time.GetUtcNow() },
        Complete = (source, _, _, request) => source with { Updated = request.Services.Time.GetUtcNow() },
        Fields =
        [
            Field<BootSource>.Text("url", "its URL.", source => source.Url, (source, value) => source with { Url = value }).Required(),
            Field<BootSource>.Text(
                "keyring_filename", "the path of the OpenPGP keyring that signs it.", source => source.KeyringFilename,
                (source, value) => source with { KeyringFilename = value }),
            new Field<BootSource>(ApiArgument.File("keyring_data", "the OpenPGP keyring that signs it: a file, or base64."))
            {
                Read = ReadKeyring,
                Write = (json, source, _) => json.WriteBase64String("keyring_data", source.KeyringData.Span),
            },
            Field<BootSource>.Shown("created", (json, source, _) => json.WriteString("created", Time(source.Created))),
            Field<BootSource>.Shown("updated", (json, source, _) => json.WriteString("updated", Time(source.Updated))),
        ],
    };

    private static readonly Collection<BootSourceSelection> Selections = new()
    {
        Path = "boot-sources/{boot_source_id}/selections/",
        ItemPath = "boot-sources/{boot_source_id}/selections/{id}/",
        Noun = "BootSourceSelection",
        Plural = "selections of a source of images",
        In = core => core.BootSources.Selections,
        View = ApiRight.ViewBootEntities,
        Edit = ApiRight.EditBootEntities,
        Uri = (selection, view) => view.Api(
            "boot-sources", Text(selection.BootSourceId), "selections", Text(selection.Id)),
        New = request => new BootSourceSelection
        {
            OsSystem = "", Release = "", BootSourceId = Number(request.Route["boot_source_id"]) ?? 0,
            Architectures = ["*"], Subarchitectures = ["*"], Labels = ["*"],
        },
        Within = async request => await SourceAsync(request).ConfigureAwait(false) is null ? ApiResults.NotFound("BootSource") : null,
        ListOf = async request => await request.Core.BootSources.ListSelectionsAsync(
            Number(request.Route["boot_source_id"]) ?? 0, request.Aborted).ConfigureAwait(false),
        Find = FindSelectionAsync,
        Fields =
        [
            Field<BootSourceSelection>.Text(
                "os", "the operating system.", selection => selection.OsSystem, (selection, value) => selection with { OsSystem = value })
                .Required(),
            Field<BootSourceSelection>.Text(
                "release", "the release.", selection => selection.Release, (selection, value) => selection with { Release = value })
                .Required(),
            Field<BootSourceSelection>.Words(
                "arches", "architectures; * for all.", selection => selection.Architectures,
                (selection, value) => selection with { Architectures = value }),
            Field<BootSourceSelection>.Words(
                "subarches", "subarchitectures; * for all.", selection => selection.Subarchitectures,
                (selection, value) => selection with { Subarchitectures = value }),
            Field<BootSourceSelection>.Words(
                "labels", "labels; * for all.", selection => selection.Labels, (selection, value) => selection with { Labels = value }),
            Field<BootSourceSelection>.Shown(
                "boot_source_id", (json, selection, _) => json.WriteNumber("boot_source_id", selection.BootSourceId)),
        ],
    };

    public static IEnumerable<ApiResource> All => [.. Sources.ToResources(), .. Selections.ToResources()];

    private static BootSource ReadKeyring(BootSource source, FormReader form, ApiView view)
    {
        if (form.Form.Files.LastOrDefault(each => each.Name == "keyring_data") is { } file)
            return source with { KeyringData = file.Content.ToArray() };
        var text = (form.Form["keyring_data"] ?? "").Trim();
        var bytes = new byte[(text.Length * 3 / 4) + 3];
        if (Convert.TryFromBase64String(text, bytes, out var length)) return source with { KeyringData = bytes.AsMemory(0, length) };
        form.Refuse("keyring_data", "Enter a file, or its bytes in base64.");
        return source;
    }

    private static async Task<BootSourceSelection?> FindSelectionAsync(ApiRequest request) =>
        Number(request.Route["id"]) is { } id
            && await request.Core.BootSources.Selections.GetAsync(id, request.Aborted).ConfigureAwait(false) is { } selection
            && selection.BootSourceId == Number(request.Route["boot_source_id"])
            ? selection
            : null;

    private static async Task<BootSource?> SourceAsync(ApiRequest request) => Number(request.Route["boot_source_id"]) is { } id
        ? await request.Core.BootSources.Records.GetAsync(id, request.Aborted).ConfigureAwait(false)
        : null;

    private static long? Number(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff", CultureInfo.InvariantCulture);
}
