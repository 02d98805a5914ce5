# The one door. Everything that is missing on a fresh Debian 12 is installed from packages.txt.
BUILD := build
JOBS  := $(shell nproc)

.PHONY: all weir demo test test-chaos check test-asan test-tsan fuzz bench bench-kafka format lint clean packages

all: weir

packages:
	@scripts/install-packages.sh build

weir: packages
	@cmake --preset release >$(BUILD).configure.log 2>&1 || { cat $(BUILD).configure.log; exit 1; }
	@rm -f $(BUILD).configure.log
	@cmake --build $(BUILD) --target weir

# The survey pipeline on the embedded log: generated responses, joined with who gave them.
demo: weir
	@scripts/demo.sh $(BUILD)/weir

# Units, SQL files, kill and resume: minutes. `make test` adds a real Kafka broker, and what breaks around it.
check: packages
	@cmake --preset release >/dev/null
	@cmake --build $(BUILD)
	@scripts/check.sh $(BUILD)

test: check
	@scripts/install-packages.sh test
	@tests/integration/run.sh $(BUILD)
	@python3 tests/chaos/faults.py $(BUILD)/weir topic partition disk state --count 4000

# What `make test` has of it, longer, and several servers that are killed, frozen and ended at random.
test-chaos: packages
	@scripts/install-packages.sh test
	@cmake --preset release >/dev/null
	@cmake --build $(BUILD) --target weir
	@python3 tests/chaos/faults.py $(BUILD)/weir --count 20000 --rounds 3
	@python3 tests/chaos/standby_test.py $(BUILD)/weir
	@python3 tests/chaos/servers.py $(BUILD)/weir --kinds kill,freeze,end,broker

test-asan: packages
	@cmake --preset asan-ubsan >/dev/null
	@cmake --build $(BUILD)/asan-ubsan
	@ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 scripts/check.sh $(BUILD)/asan-ubsan

test-tsan: packages
	@cmake --preset tsan >/dev/null
	@cmake --build $(BUILD)/tsan --target test_runtime test_storage_log test_storage_state
	@scripts/tsan.sh $(BUILD)/tsan

# Each fuzz target for FUZZ_SECONDS, with clang's address and undefined-behaviour sanitizers.
FUZZ_SECONDS := 600
fuzz: packages
	@scripts/install-packages.sh dev
	@cmake --preset fuzz >/dev/null
	@cmake --build $(BUILD)/fuzz --target fuzz
	@scripts/fuzz.sh $(BUILD)/fuzz $(FUZZ_SECONDS)

bench: packages
	@cmake --preset release >/dev/null
	@cmake --build $(BUILD)
	@bench/run.sh $(BUILD)

# Against Kafka Streams on a real broker: an hour with its 5 million records; BENCH_RECORDS=1000000 is a quick run.
bench-kafka: packages
	@scripts/install-packages.sh test
	@cmake --preset release >/dev/null
	@cmake --build $(BUILD) --target weir kafka_bench
	@python3 bench/kafka/run.py $(BUILD)

format:
	@scripts/install-packages.sh dev
	@git ls-files '*.cc' '*.h' | xargs clang-format -i

lint: packages
	@scripts/install-packages.sh dev
	@cmake --preset release >/dev/null
	@cmake --build $(BUILD) --target weir_grammar
	@git ls-files 'engine/*.cc' 'storage/*.cc' 'connect/*.cc' 'cli/*.cc' | xargs -P $(JOBS) -n 4 clang-tidy -p $(BUILD) --quiet --extra-arg=-Wno-unknown-warning-option

clean:
	@rm -rf $(BUILD)
