using Maas.Core;
using Maas.Core.Accounts;
using Maas.Sqlite;

// MAAS's API over a store that is gone when this ends: point any MAAS client at it.
//   dotnet run --project samples/ApiServer

var directory = Directory.CreateTempSubdirectory("maas-api-");
await using var core = await MaasCore.OpenAsync(new SqliteMaasStore(Path.Combine(directory.FullName, "maas.db")));

var created = await core.Users.CreateAsync("admin", "admin@example.com", Secret.Random(), isAdministrator: true);
var admin = ((CreateUserResult.Created)created).User; // the store is new
var key = Path.Combine(directory.FullName, "admin.apikey");
var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
await using (var file = new FileStream(key, options))
await using (var writer = new StreamWriter(file))
    await writer.WriteAsync((await core.Users.CreateApiKeyAsync(admin, "sample")).ToSecret().Reveal());

var builder = WebApplication.CreateBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.Services.AddSingleton(core).AddMaasApi();
if (builder.Configuration["urls"] is null) builder.WebHost.UseUrls("http://127.0.0.1:5240");

await using var app = builder.Build();
app.MapMaasApi();
await app.StartAsync();
foreach (var url in app.Urls) Console.WriteLine($"maas login sample {url}/MAAS \"$(cat {key})\"");
await app.WaitForShutdownAsync();
directory.Delete(recursive: true);
