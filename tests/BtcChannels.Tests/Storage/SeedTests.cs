using BtcChannels.Storage;

namespace BtcChannels.Tests.Storage;

public sealed class SeedTests : IDisposable
{
    private const string Hex = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

    private readonly DataFolder _folder = new();

    private static CancellationToken Ct => CancellationToken.None;

    public void Dispose() => _folder.Dispose();

    private Task<SqliteMerchantStore> OpenAsync(SeedFingerprint? fingerprintOf = null) =>
        SqliteMerchantStore.OpenAsync(_folder.Path, StoreSample.Network, fingerprintOf ?? DataFolder.Fingerprint, Ct);

    private void Write(string text)
    {
        Directory.CreateDirectory(_folder.Path);
        File.WriteAllText(_folder.Seed, text);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(_folder.Seed, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public void A_seed_that_was_made_is_read_again()
    {
        using var made = SeedFile.ReadOrMake(_folder.Path);
        using var read = SeedFile.Read(_folder.Path);

        Assert.Equal(made.Bytes.ToArray(), read?.Bytes.ToArray());
        Assert.Equal([_folder.Seed], Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void Two_seeds_are_never_the_same()
    {
        using var one = Seed.Random();
        using var two = Seed.Random();

        Assert.NotEqual(one.Bytes.ToArray(), two.Bytes.ToArray());
        Assert.Contains(one.Bytes.ToArray(), it => it != 0);
    }

    [Theory]
    [InlineData(Hex)]
    [InlineData(Hex + "\n")]
    [InlineData(Hex + "\r\n")]
    public void A_line_of_hex_is_a_seed(string text)
    {
        Write(text);
        using var seed = SeedFile.Read(_folder.Path);

        Assert.Equal(Enumerable.Range(0, 32).Select(it => (byte)it), seed?.Bytes.ToArray());
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("000102")]
    [InlineData(" " + Hex)]
    [InlineData(Hex + "00")]
    [InlineData(Hex + "\n\n")]
    [InlineData(Hex + "\n" + Hex)]
    [InlineData("000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F")]
    [InlineData("zz0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")]
    public void Anything_else_is_refused_and_left_alone(string text)
    {
        Write(text);

        var refusal = Assert.Throws<SeedException>(() => SeedFile.ReadOrMake(_folder.Path));

        Assert.DoesNotContain("0102", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(text, File.ReadAllText(_folder.Seed));
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.GroupWrite)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.OtherWrite)]
    public void A_seed_that_others_can_read_or_write_is_refused(UnixFileMode more)
    {
        if (OperatingSystem.IsWindows()) return;
        Write(Hex);
        File.SetUnixFileMode(_folder.Seed, UnixFileMode.UserRead | UnixFileMode.UserWrite | more);

        Assert.Throws<SeedException>(() => SeedFile.Read(_folder.Path));
    }

    [Fact]
    public async Task Of_seeds_made_at_once_all_get_the_same()
    {
        for (var round = 0; round < 30; round++)
        {
            using var folder = new DataFolder();
            var seeds = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => SeedFile.ReadOrMake(folder.Path))));

            Assert.Single(seeds.Select(it => Convert.ToHexStringLower(it.Bytes)).Distinct());
            foreach (var seed in seeds) seed.Dispose();
            Assert.Equal([folder.Seed], Directory.GetFiles(folder.Path));
        }
    }

    [Fact]
    public void A_seed_is_wiped_and_not_shown()
    {
        var seed = Seed.Random();
        var shown = seed.ToString();
        Assert.DoesNotContain(Convert.ToHexStringLower(seed.Bytes), shown, StringComparison.Ordinal);
        seed.Dispose();

        Assert.All(seed.Bytes.ToArray(), it => Assert.Equal(0, it));
    }

    [Fact]
    public async Task A_store_keeps_to_its_seed()
    {
        string? first = null, second = null;
        await (await OpenAsync(seed => first = DataFolder.Fingerprint(seed))).DisposeAsync();
        await (await OpenAsync(seed => second = DataFolder.Fingerprint(seed))).DisposeAsync();

        Assert.NotNull(first);
        Assert.Equal(first, second);
    }

    [Fact]
    public async Task A_store_whose_seed_is_missing_is_refused_and_none_is_made()
    {
        await (await OpenAsync()).DisposeAsync();
        File.Delete(_folder.Seed);

        await Assert.ThrowsAsync<StoreMismatchException>(() => OpenAsync());

        Assert.False(File.Exists(_folder.Seed));
    }

    [Fact]
    public async Task A_store_beside_another_seed_is_refused()
    {
        await (await OpenAsync()).DisposeAsync();
        Write(Hex);

        await Assert.ThrowsAsync<StoreMismatchException>(() => OpenAsync());
    }

    [Fact]
    public async Task A_refused_store_is_let_go()
    {
        await (await OpenAsync()).DisposeAsync();
        var seed = await File.ReadAllTextAsync(_folder.Seed);
        Write(Hex);
        await Assert.ThrowsAsync<StoreMismatchException>(() => OpenAsync());
        Write(seed);

        await (await OpenAsync()).DisposeAsync();
    }

    [Fact]
    public async Task A_new_store_takes_up_a_seed_that_is_there()
    {
        Write(Hex);
        string? taken = null;

        await (await OpenAsync(seed => taken = Convert.ToHexStringLower(seed))).DisposeAsync();

        Assert.Equal(Hex, taken);
    }

    [Fact]
    public async Task A_crash_between_seed_and_store_is_survived()
    {
        string? first = null, second = null;
        await Assert.ThrowsAsync<TimeoutException>(() => OpenAsync(seed =>
        {
            first = DataFolder.Fingerprint(seed);
            throw new TimeoutException();
        }));

        await (await OpenAsync(seed => second = DataFolder.Fingerprint(seed))).DisposeAsync();

        Assert.Equal(first, second);
    }

    [Fact]
    public async Task Channels_of_an_unnamed_seed_are_refused()
    {
        await using (var store = await OpenAsync())
        {
            var deposit = StoreSample.DepositTransaction("coin");
            await store.AddAsync(index => StoreSample.Merchant(deposit, index), deposit, Ct);
        }
        _folder.Execute("merchant.db", "UPDATE meta SET seed_fingerprint = NULL");
        File.Delete(_folder.Seed);

        await Assert.ThrowsAsync<StoreCorruptException>(() => OpenAsync());

        Assert.False(File.Exists(_folder.Seed));
    }
}
